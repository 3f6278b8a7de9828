# SPDX-License-Identifier: MIT
"""The table of faults: each row of FAULTS.md, section 1, with the tests that show it, or the line that says why it does not fit.

A test is named `file::function`, the file below tests/. Rows that other rooms test are named where they are tested.
"""

from __future__ import annotations

from typing import Final

ENGINE, WINDOW, SAVES, KILLS = "faults/test_engine_faults.py", "faults/test_window_faults.py", "faults/test_saves.py", "faults/test_kills.py"
AROUND = "smoke/test_surroundings.py"

#: row → (what goes wrong, tests that show what then happens)
ROWS: Final[dict[int, tuple[str, tuple[str, ...]]]] = {
    1: ("a slot raises", (f"{WINDOW}::test_an_error_in_every_frame_is_said_once_and_the_window_plays_on_and_leaves_in_order",)),
    2: ("a paint raises in every frame", (f"{WINDOW}::test_an_error_in_every_frame_is_said_once_and_the_window_plays_on_and_leaves_in_order",)),
    3: ("a training step raises", (f"{ENGINE}::test_a_step_that_raises_is_said_undone_and_can_be_done_again_at_each_of_the_first_twenty",)),
    4: ("the engine crashes natively", (f"{ENGINE}::test_an_engine_that_dies_in_a_step_is_known_by_its_exit_code_and_its_last_words",)),
    5: ("the window is closed while it trains", (f"{KILLS}::test_closing_the_window_at_random_moments_ends_at_once_and_without_a_word",)),
    6: ("SIGTERM", ("ui/test_launch.py::test_a_window_told_to_end_leaves_with_exit_code_0_and_no_engine_behind",)),
    7: ("Ctrl-C", ("smoke/test_from_outside.py::test_ctrl_c_in_the_terminal_does_not_reach_the_engine",)),
    8: ("kill -9 of the window in training", (f"{KILLS}::test_kills_of_the_window_at_random_moments_lose_at_most_what_came_after_the_last_autosave",)),
    9: ("kill -9 in a save", (f"{SAVES}::test_a_checkpoint", f"{SAVES}::test_a_run_saved_by_hand", f"{SAVES}::test_what_train_leaves")),
    10: ("the disk is full at a save", (f"{SAVES}::test_a_full_disk_in_mid_file_leaves_the_old_one", "ui/test_keeping.py::test_a_file_that_cannot_be_written_leaves_the_old_one_whole")),
    11: ("the disk is full at a checkpoint", (f"{ENGINE}::test_a_full_disk_is_said_once_and_training_goes_on",)),
    12: ("the folder cannot be written", (f"{AROUND}::test_without_streams_and_without_a_home", "faults/test_sealed.py::test_the_folder_of_a_session_holds_its_logs_and_nothing_of_anybody_else")),
    13: ("a file is locked", (f"{SAVES}::test_a_file_that_windows_holds_locked_is_one_sentence_and_the_old_one_stays",)),
    14: ("the settings are corrupt", ("faults/test_starts.py::test_settings_with_changed_bytes_cost_nothing_but_the_settings",)),
    15: ("the settings are newer", ("faults/test_starts.py::test_settings_of_a_newer_version_keep_what_is_not_known",)),
    16: ("two instances", ("faults/test_starts.py::test_two_at_a_time_have_a_folder_each", "ui/test_keeping.py::test_a_session_that_lives_is_nobodys_to_recover")),
    17: ("a stale lock", ("faults/test_starts.py::test_a_lock_of_the_dead_holds_nobody",)),
    18: ("a recovery file is corrupt", ("ui/test_keeping.py::test_a_cut_autosave_is_refused_and_kept", f"{SAVES}::test_a_cut_checkpoint_is_passed_over_for_the_one_before")),
    19: ("a recovery crashes the app", ("ui/test_keeping.py::test_a_recovery_that_crashes_every_time_is_offered_twice_only",)),
    20: ("recover, leave, crash again", ("ui/test_keeping.py::test_a_lost_session_is_offered_recovered_and_not_offered_again", f"{SAVES}::test_of_sessions_that_were_offered_the_last_three_are_kept")),
    21: ("a loss is not finite", (f"{ENGINE}::test_a_loss_that_explodes_brings_the_last_finite_weights_back_names_the_knob_and_training_goes_on", f"{ENGINE}::test_weights_that_explode_beside_a_snapshot_never_become_one")),
    22: ("huge values in plots", ("faults/test_garbage.py::test_messages_that_make_no_sense_leave_the_window_standing",)),
    23: ("memory is refused", (f"{ENGINE}::test_a_recipe_larger_than_the_memory_is_refused_in_figures_and_the_present_run_plays_on", f"{ENGINE}::test_a_step_without_memory_or_device_is_said_and_training_goes_on")),
    24: ("the system kills the engine", (f"{WINDOW}::test_an_engine_killed_in_every_state_of_the_window_is_said_and_goes_on_at_a_click", f"{KILLS}::test_kills_of_the_engine_at_random_moments")),
    25: ("the GPU has no memory", (f"{ENGINE}::test_a_step_without_memory_or_device_is_said_and_training_goes_on",)),
    26: ("the GPU is lost", (f"{ENGINE}::test_a_step_without_memory_or_device_is_said_and_training_goes_on",)),
    27: ("the computer slept", (f"{WINDOW}::test_a_silence_is_counted_in_beats_so_that_a_computer_that_slept_has_not_waited", f"{WINDOW}::test_a_stopped_engine_is_said_and_when_it_speaks_again_nothing_is_forced")),
    28: ("there is no GPU", ("engine/test_refusals.py::test_a_device_that_is_not_there_is_named",)),
    29: ("torch in two threads", ("contracts/test_imports.py::test_all_of_the_window_loads_without_torch_and_scikit_learn",)),
    30: ("the engine is faster than the window", (f"{WINDOW}::test_a_stalled_window_holds_two_frames_and_catches_up_without_losing_a_step", f"{WINDOW}::test_a_flood_of_frames_leaves_the_newest_few", f"{ENGINE}::test_figures_that_nobody_takes_are_thinned_and_the_newest_stays")),
    31: ("a step hangs", (f"{WINDOW}::test_an_engine_that_hangs_is_forced_and_goes_on_from_its_checkpoint", f"{ENGINE}::test_an_engine_that_hangs_in_a_step_leaves_its_stacks_in_the_log")),
    32: ("the window stalls", ("faults/test_soak.py::test_a_lecture_that_goes_on_and_on_takes_no_more",)),
    33: ("garbage is collected in another thread", ("faults/test_starts.py::test_garbage_is_collected_on_the_windows_own_thread_only",)),
    34: ("references to None are dropped", ("faults/test_soak.py::test_five_thousand_frames_in_a_row_leave_nones_references_where_they_were",)),
    35: ("a leak over hours", ("faults/test_soak.py::test_a_lecture_that_goes_on_and_on_takes_no_more",)),
    36: ("there is no OpenGL", (f"{AROUND}::test_all_of_it_at_once_in_an_odd_home_on_one_core",)),
    37: ("fractions of a pixel", (f"{AROUND}::test_each_environment",)),
    38: ("a display is gone", ("faults/test_starts.py::test_a_window_that_was_left_on_a_screen_that_is_gone_is_seen",)),
    39: ("libraries are missing", ("smoke/test_packaging.py",)),
    40: ("a comma locale", (f"{AROUND}::test_all_of_it_at_once_in_an_odd_home_on_one_core", "ui/test_controls.py::test_typed_numbers_mean_the_same_in_a_german_locale")),
    41: ("an odd home", (f"{AROUND}::test_all_of_it_at_once_in_an_odd_home_on_one_core", f"{AROUND}::test_each_home")),
    42: ("no home", (f"{AROUND}::test_without_streams_and_without_a_home",)),
    43: ("no standard streams", (f"{AROUND}::test_without_streams_and_without_a_home", "smoke/test_from_outside.py::test_without_standard_streams_it_still_does_its_work")),
    44: ("one core", (f"{AROUND}::test_all_of_it_at_once_in_an_odd_home_on_one_core",)),
    46: ("any sequence of deeds", ("faults/test_any_sequence.py::test_any_sequence_of_thirty", "faults/test_any_sequence.py::test_any_sequence_of_three_hundred")),
}  # fmt: skip

#: Faults beyond the table that this design can have.
MORE: Final[dict[str, str]] = {
    "the engine sends garbage": f"{WINDOW}::test_garbage_in_place_of_a_frame_is_the_end_of_that_engine_and_not_of_the_window",
    "the engine dies in mid-frame": f"{ENGINE}::test_what_is_no_message_is_one_sentence_and_never_an_exception_of_another_kind",
    "the disk answers no more": f"{ENGINE}::test_a_disk_that_answers_no_more_holds_neither_training_nor_the_farewell",
    "libraries print on the pipe": f"{ENGINE}::test_what_libraries_print_breaks_no_message_and_the_log_stays_small",
    "the engine heeds no credits": f"{ENGINE}::test_an_engine_that_heeds_no_credits_still_speaks_in_whole_messages",
    "the engine hangs when the window closes": f"{WINDOW}::test_a_window_whose_engine_does_not_answer_closes_all_the_same",
    "the engine dies with an answer under way": f"{WINDOW}::test_a_run_that_waits_for_a_dead_engine_is_said_and_saved_at_the_next_try",
    "the engine cannot start, and nobody is there": f"{AROUND}::test_an_engine_that_cannot_start_is_one_sentence_at_once_and_no_report",
    "a training is killed": f"{SAVES}::test_a_training_that_was_killed_is_cleared_away_by_the_next_one_and_the_run_before_stays_until_then",
}

#: Rows that do not fit, and why; and parts of rows that are done in another way here.
UNFIT: Final[dict[int, str]] = {
    45: "upgrading over a running app belongs to an installer; the .deb of packaging/ replaces files that a running process keeps open",
}
IN_PART: Final[dict[int, str]] = {
    1: "one banner for the first error of its kind; what repeats is counted, not said",
    2: "the panel is not disabled: its error is counted, and the rest of the window paints on",
    13: "no bounded retry: the autosave tries again by itself, and who saves by hand is told and tries again",
    25: "the batch is part of the recipe and is never halved behind somebody's back; the run goes back and says so",
    26: "a lost GPU is said; a fresh engine is one click away, and safe mode (--safe-mode) plays on the CPU",
    37: "the fractions are started with; the layouts at 1280 × 800 and 1024 × 768 are held by tests/ui",
    38: "unplugging needs a real display server; a saved place off the screen is tested",
}
