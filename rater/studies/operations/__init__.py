"""Create studies, say who takes part and how they rate, and ask whether somebody may do something there."""

from rater.studies.operations.asking import may_do, permit, study_for, study_named
from rater.studies.operations.creating import create_study
from rater.studies.operations.members import RATER_CODE, add_member, end_membership, ensure_raters
from rater.studies.operations.rating import change_rating_settings, rating_settings
from rater.studies.operations.scales import (
    reflection_scales_of,
    scales_of,
    scales_of_wave,
    session_scales_of,
    take_newer_version,
)
from rater.studies.operations.sheet import (
    Change,
    Planned,
    apply_sheet,
    plan_file,
    plan_sheet,
    retention_of,
    setting_changes,
    sheet_of,
)
from rater.studies.operations.superseding import supersede_scale
from rater.studies.operations.waves import ensure_wave

__all__ = [
    "RATER_CODE",
    "Change",
    "Planned",
    "add_member",
    "apply_sheet",
    "change_rating_settings",
    "create_study",
    "end_membership",
    "ensure_raters",
    "ensure_wave",
    "may_do",
    "permit",
    "plan_file",
    "plan_sheet",
    "rating_settings",
    "reflection_scales_of",
    "retention_of",
    "scales_of",
    "scales_of_wave",
    "session_scales_of",
    "setting_changes",
    "sheet_of",
    "study_for",
    "study_named",
    "supersede_scale",
    "take_newer_version",
]
