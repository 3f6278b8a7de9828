# SPDX-License-Identifier: MIT
"""The child that reads a file: started, heard, stopped; the window stays alive, whatever the file does to the child."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QProcess, Signal

from engine.protocol.arguments import Read
from engine.protocol.link import LinkError
from engine.protocol.places import own_command
from engine.protocol.reading import Ear, Facts, Piece, Progress
from ui.arrays import Arrays

AT_ONCE: Final = 2**20  #: bytes that are taken in one turn of the loop


class Reading(QObject):
    """One file being read. Ends with `done` or `refused`, never with both; after `stop` with neither."""

    progressed = Signal(int, int, str)  #: done, of, what
    done = Signal(object)  #: Facts; the arrays are kept
    refused = Signal(str)  #: one sentence, without “attractor: ”

    def __init__(self, asked: Read, arrays: Arrays, parent: QObject) -> None:
        super().__init__(parent)
        self._arrays, self._ear = arrays, Ear()
        self._facts: Facts | None = None
        self._over = self._counts = False
        self._process = QProcess(self)
        self._process.readyReadStandardOutput.connect(self._hear)
        self._process.finished.connect(self._finish)
        self._process.errorOccurred.connect(self._fail)
        program, *words = [*own_command(), *asked.words]
        self._process.start(program, words)

    def stop(self) -> None:
        """End the child; nothing more is said."""
        self._over = True
        self._process.kill()
        self._process.waitForFinished(1000)

    def _hear(self) -> None:
        try:
            while not self._over and self._process.bytesAvailable():
                for word in self._ear.hear(bytes(self._process.read(AT_ONCE).data())):
                    match word:
                        case Progress():
                            self._counts = True
                            self.progressed.emit(word.done, word.of, word.what)
                        case Facts():
                            self._facts = word
                        case Piece():
                            self._take(word)
        except (LinkError, OSError) as error:
            self._end(str(error))

    def _take(self, piece: Piece) -> None:
        """Keep a piece; of a file that was read at once, the pieces are the progress."""
        self._arrays.keep(piece)
        if not self._counts:
            self.progressed.emit(piece.offset + piece.values.size, piece.size, "numbers")

    def _finish(self, code: int, status: QProcess.ExitStatus) -> None:
        self._hear()
        if code == 0 and status is QProcess.ExitStatus.NormalExit and self._facts is not None:
            if not self._over:
                self._over = True
                self.done.emit(self._facts)
            return
        said = bytes(self._process.readAllStandardError().data()).decode(errors="replace").strip()
        last = said.splitlines()[-1] if said else "the reader ended without a word"
        self._end(last.removeprefix("attractor: "))

    def _fail(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._end("The reader could not be started.")

    def _end(self, sentence: str) -> None:
        if not self._over:
            self._over = True
            self._process.kill()
            self.refused.emit(sentence)
