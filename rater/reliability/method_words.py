"""The sentences of the methods paragraph; filled and translated at the edge."""

from __future__ import annotations

from rater.terms import OneOrMany, Reason

PATIENTS = OneOrMany("{count} patient", "{count} patients")
THERAPISTS = OneOrMany("{count} therapist", "{count} therapists")
RATERS = OneOrMany("{count} rater", "{count} raters")
RATINGS = OneOrMany("{count} rating", "{count} ratings")
SESSIONS = OneOrMany("{count} session", "{count} sessions")
ITEM_COUNT = OneOrMany("{count} item", "{count} items")
MATERIAL = OneOrMany(
    "{count} therapy session of {patients} with {therapists} was rated by {raters}, who gave {ratings}.",
    "{count} therapy sessions of {patients} with {therapists} were rated by {raters}, who gave {ratings}.",
)
TWICE = OneOrMany(
    "{count} session ({share} per cent) was rated by more than one rater.",
    "{count} sessions ({share} per cent) were rated by more than one rater.",
)
SCALE = Reason("{title} (version {version}) has {items} with points from {low} to {high}.")
SCALE_FROM = Reason("{title} (version {version}; {source}) has {items} with points from {low} to {high}.")
DRAWN = Reason(
    "Sessions were allocated to raters, and sessions to be rated twice were chosen, by a computed draw that balances "
    "therapists, patients, phases of treatment and pairs of raters (algorithm {algorithm}, seed {seed})."
)
BLIND = Reason(
    "Raters worked independently of each other. They knew a session by a random code alone and saw neither its number "
    "nor the patient's outcomes, neither other raters' points nor whether anybody else rated the session."
)
HEARD = Reason("A rating could be submitted once {share} per cent of the recording had been heard.")
SOME_IMPORTED = OneOrMany(
    "This holds for {here}; {count} rating was made elsewhere and imported.",
    "This holds for {here}; {count} ratings were made elsewhere and imported.",
)
ALL_IMPORTED = Reason("The ratings were made elsewhere and imported.")
MODEL = Reason(
    "Since not every rater rated every session, reliability was estimated from all ratings by a linear mixed model "
    "with crossed random effects of session and rater, fitted by restricted maximum likelihood (Putka et al., "
    "2008; ten Hove et al., 2025)."
)
MODEL_CROSSED = Reason(
    "Reliability was estimated from all ratings, every rater having rated every session, by a linear mixed model with "
    "crossed random effects of session and rater, fitted by restricted maximum likelihood."
)
WHY = Reason(
    "Raters are regarded as a sample of possible raters, and absolute agreement is reported because differences in "
    "their severity enter the scores that are analysed."
)
COEFFICIENTS = Reason(
    "ICC(A,1) is the reliability of the score of one rater, ICC(A,2) that of the mean of two; G(q,k) is that of "
    "the file analysed, in which sessions rated more than once carry the mean of their ratings and all others "
    "their only rating."
)
INTERVALS = Reason(
    "Intervals of 95 per cent are percentiles of seeded Monte Carlo draws of the variances (seed {seed})."
)
DYADS = Reason(
    "For comparison with earlier studies, ICC(2,k) (two-way random effects, absolute agreement, mean of the two "
    "ratings; McGraw & Wong, 1996) was computed for each dyad on the sessions that both had rated."
)
SOFTWARE = Reason("All was computed with Rater {version}.")
NOTHING_TWICE = Reason("No session has been rated by more than one rater, so that reliability cannot be estimated.")
SCORE = Reason(
    "{score}: ICC(A,2) = {icc_a_2}, ICC(A,1) = {icc_a1}, G(q,k) = {analysed_file}, from {ratings} of {sessions}."
)
NO_SCORE = Reason("{score}: reliability could not be estimated ({reason}).")
LABELLED = Reason("ICC(A,2) is {koo_li} after Koo & Li (2016) and {cicchetti} after Cicchetti (1994).")
FROM_TO = Reason("{low} to {high}")
OVER_DYADS = Reason("Over {dyads} dyads, ICC(2,k) had a mean of {mean} and a median of {median} ({min} to {max}).")
DYADS_MISSING = OneOrMany(
    "It could not be estimated for {count} pair of raters.", "It could not be estimated for {count} pairs of raters."
)
ITEMS = Reason("ICC(1,1) of single items lay between {low} and {high} ({known} of {items}).")
LABELS = {
    "poor": Reason("poor"),
    "fair": Reason("fair"),
    "moderate": Reason("moderate"),
    "good": Reason("good"),
    "excellent": Reason("excellent"),
}
TO_FILL = Reason("For you to add, by the items of GRRAS (Kottner et al., 2011):")
AUTHORS = (
    (1, Reason("Say in title or abstract that reliability was studied.")),
    (3, Reason("Describe the patients: diagnosis, treatment, setting.")),
    (4, Reason("Describe the raters for whom the results should hold.")),
    (5, Reason("Say what was known of the scales' reliability, and why it was studied again.")),
    (6, Reason("Explain the numbers of raters, sessions and double ratings.")),
    (7, Reason("Say how patients, sessions and raters were chosen.")),
    (12, Reason("Describe the raters' education, training and experience, and the patients' characteristics.")),
    (14, Reason("Discuss what the reliability means for use.")),
    (15, Reason("Say where detailed results can be found; the dataset has them all.")),
)
"""Items of GRRAS that no study in Rater can answer."""
HOW_RATED_ELSEWHERE = (8, Reason("Say how the imported ratings were made, and how their raters were blinded."))
HOW_ALLOCATED = (7, Reason("Say how sessions were given to raters and chosen to be rated twice."))
