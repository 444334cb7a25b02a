"""What happens in rater training: the pathway, the reveal, criterion and consensus, certification, drift."""

from rater.training.operations.certifying import (
    certifications_of,
    decide_at_gate,
    gate_decisions,
    is_certified,
    override_gate,
    send_back,
)
from rater.training.operations.drift import drift_of
from rater.training.operations.revealing import reveal_wave, revealed_wave
from rater.training.operations.settings import drift_policy, gate_policy, settings_of
from rater.training.operations.status import status_of
from rater.training.operations.steps import (
    StepPlan,
    add_step,
    change_step,
    do_step,
    hold_discussion,
    move_step,
    my_pathway,
    pathways,
    rater_of,
    remove_step,
    steps_of,
)

__all__ = [
    "StepPlan",
    "add_step",
    "certifications_of",
    "change_step",
    "decide_at_gate",
    "do_step",
    "drift_of",
    "drift_policy",
    "gate_decisions",
    "gate_policy",
    "hold_discussion",
    "is_certified",
    "move_step",
    "my_pathway",
    "override_gate",
    "pathways",
    "rater_of",
    "remove_step",
    "reveal_wave",
    "revealed_wave",
    "send_back",
    "settings_of",
    "status_of",
    "steps_of",
]
