# SPDX-License-Identifier: MIT
"""What is said to people, once and in English: errors and notices cross as (kind, values), here are their sentences."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from types import MappingProxyType
from typing import Any, Final

#: kind → sentence; {names} are filled from the values that came with it. Translations derive from this table.
SENTENCES: Final[Mapping[str, str]] = MappingProxyType({
    # the engine's life
    "warming_up": "Warming up the engine…",
    "building": "Building the network…",
    "engine_stopped": "The engine stopped ({how}). Your last checkpoint is {age_s} s old.",
    "engine_stopped_early": "The engine stopped ({how}) before its first checkpoint.",
    "engine_refused": "The engine could not start ({how}). Its log is {log}.",
    "engine_differs": "The engine is Attractor {theirs}, this window is Attractor {ours}; update the older of the two.",
    "engine_silent": "The engine has said nothing for {seconds} s.",
    "resumed": "The engine is back, at step {step}.",
    "no_checkpoint": "There is no checkpoint to go on from.",
    "checkpoint_unreadable": "The checkpoint {file} cannot be read: {reason}.",
    "checkpoint_unwritten": "The checkpoint could not be written to {file}: {reason}. Training goes on.",
    # what happens to a run
    "diverged": "{what} became infinite at step {step}. Weights are back at step {back_to}. "
                "Try a smaller {label} (now {value}).",
    "diverged_after": "{what} became infinite at step {step}, after {label} became {value}. "
                      "Weights are back at step {back_to}.",
    "step_failed": "Step {step} failed: {reason}. Weights are back at step {back_to}.",
    "step_without_memory": "There was not enough memory for step {step}. Weights are back at step {back_to}.",
    "build_failed": "This recipe could not be built: {reason}.",
    "out_of_memory": "There is not enough memory for this recipe: {reason}.",
    "probe_failed": "The panel “{panel}” stopped: {reason}. Training goes on.",
    "rebuilt": "{label} is now {value}: the network starts again. Undo brings the old one back.",
    "branched": "Going on from step {step}. What came after it stays on the curves; undo leads back to it.",
    "compared": "A and B begin alike, with the same seed and the same batches. Change one setting of B, then play.",
    "reset": "Back to step 0. Undo brings the trained network back.",
    # data
    "array_missing": "The imported data {sha256}… are not here; import the file again.",
    "array_wrong": "The imported data {sha256}… do not fit this recipe: {reason}.",
    "not_downloaded": "{title} is not on this computer yet; download it first.",
    "download_offline": "{host} cannot be reached, so {file} was not downloaded; the app's own data need no network.",
    "download_answered": "{host} answered {status}, so {file} was not downloaded.",
    "download_broken": "The connection to {host} broke off {times} times; what came of {file} is kept; the next try goes on.",
    "download_wrong": "What {host} sent as {file} is not the file that we know (its SHA-256 differs); it was thrown away.",
    "download_cancelled": "The download of {file} was stopped; what came is kept; the next try goes on.",
    "download_unwritten": "{file} could not be written to {folder}: {reason}.",
    # the window's own
    "painted": "Now {count} painted points; the network starts again. Undo brings the old data back.",
    "refused": "{reason}.",
    "file_refused": "{file}: {reason}.",
    "file_saved": "Saved {file}.",
    "making": "Making {file}…",
    "imported": "Now {count} examples of {file}; the network starts again. Undo brings the old one back.",
    "run_opened": "{file} is open, at step {step}. Undo brings the present run back.",
    "unsaved": "The engine stopped before it had sent the run, so {file} was not written; save it once more.",
    "homeless": "{folder} cannot be written ({reason}); this session is kept in {place}.",
    "copied_diagnostics": "The diagnostics are on the clipboard; all logs are in {folder}.",
    "unfinished": "A session ended without a goodbye, at step {step}.",
    "trouble": "Something went wrong: {reason}. The window goes on; the log has the details.",
})  # fmt: skip


def sentence(kind: str, values: Mapping[str, Any] | None = None) -> str:
    """The sentence of an error or a notice. A kind or a value that the table does not know is shown, never lost."""
    values = dict(values or {})
    template = SENTENCES.get(kind)
    if template is None:
        details = ", ".join(f"{name} {said(value)}" for name, value in values.items())
        return f"{kind.replace('_', ' ').capitalize()}: {details}." if details else f"{kind.replace('_', ' ').capitalize()}."
    needed = {name for _, name, _, _ in Formatter().parse(template) if name}
    words = {name: said(values[name]) if name in values else "?" for name in needed}
    text = template.format(**words)
    return text[:-1] if text.endswith("..") else text


def said(value: Any) -> str:
    """A value as it stands in a sentence: 1,204 for counts, three figures for measurements, always with a point."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        text = f"{value:.3g}"
        return f"{text}.0" if text.lstrip("-").isdigit() else text
    return str(value)
