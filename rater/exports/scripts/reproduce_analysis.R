# What a study found: counts, descriptives, consistency, correlations, course, homework; and the table of its models.

OUTCOMES <- c("yes", "partly", "no", "unknown", "raters_differ", "not_recorded")

tell_analysis <- function(sessions, long) {
  held <- sessions[sessions$use == "main" & as.integer(sessions$session_no) > 0, ]
  analysed <- held[held$excluded == "", ]
  main <- long[long$wave == "main", ]
  items <- keyed_items(analysed, main)
  number <- as.integer(analysed$session_no)
  before <- match(paste(analysed$patient_id, number - 1L, sep = "\r"), paste(analysed$patient_id, number, sep = "\r"))
  made <- lapply(setNames(nm = children("scoring/scores")), score_of, items = items, before = before)
  variables <- items
  for (name in names(made)) variables[[name]] <- made[[name]]$score
  tell_study(held, main)
  for (item in children("analysis/missingness")) tell_missingness(item, main)
  for (name in children("analysis/descriptives/overall")) tell_descriptives(name, variables[[name]], analysed$session_no)
  for (name in names(made)) {
    tell_consistency(made[[name]]$items, paste0("analysis/consistency/", name))
    for (no in unique(analysed$session_no)) {
      part <- made[[name]]$items[analysed$session_no == no, , drop = FALSE]
      tell_consistency(part, paste0("analysis/consistency/", name, "/by_session_no/", no))
    }
  }
  for (pair in children("analysis/correlations")) {
    both <- as.matrix(variables[strsplit(pair, "~", fixed = TRUE)[[1]]])
    tell_pearson(both, paste0("analysis/correlations/", pair), with_n = TRUE)
  }
  tell_by_rater(main, analysed, before)
  for (name in children("analysis/course")) tell_course(name, variables[[name]], analysed)
  tell_homework(analysed$session_id)
  tell_models(model_table(analysed, variables, number, before))
}

# Of each session analysed the keyed value of each item by the study's rule; outcomes as answered, keyed.
keyed_items <- function(analysed, main) {
  names <- children("scoring/items")
  rule <- text_at("analysis/rule")
  if (identical(rule, "main")) main <- main[main$role == "main", ]
  means <- tapply(main$scored, list(main$session_id, main$item), mean, na.rm = TRUE)
  place <- match(analysed$session_id, rownames(means))
  wide <- setNames(data.frame(matrix(NA_real_, nrow(analysed), length(names))), names)
  for (name in intersect(names, colnames(means))) wide[[name]] <- ifelse(is.nan(means[place, name]), NA, means[place, name])
  if (identical(rule, "consensus") && file.exists("consensus.csv")) {
    agreed <- read("consensus.csv")
    for (row in which(agreed$wave == "main" & agreed$session_id %in% analysed$session_id & agreed$item %in% names)) {
      at <- paste0("scoring/items/", agreed$item[row])
      value <- as.numeric(ifelse(agreed$value[row] == "", NA, agreed$value[row]))
      if (text_at(paste0(at, "/reversed")) == "true") value <- number_at(paste0(at, "/min")) + number_at(paste0(at, "/max")) - value
      wide[[agreed$item[row]]][analysed$session_id == agreed$session_id[row]] <- value
    }
  }
  measures <- vapply(children("scoring/scores"), function(name) text_at(paste0("scoring/scores/", name, "/outcome")), "")
  for (measure in unique(measures[!is.na(measures)])) {
    answered <- read(paste0("outcomes_", measure, ".csv"))
    for (name in intersect(names, colnames(answered))) {
      at <- paste0("scoring/items/", name)
      cells <- as.numeric(ifelse(answered[[name]] == "", NA, answered[[name]]))
      if (text_at(paste0(at, "/reversed")) == "true") cells <- number_at(paste0(at, "/min")) + number_at(paste0(at, "/max")) - cells
      wide[[name]] <- cells[match(analysed$session_id, answered$session_id)]
    }
  }
  wide
}

# The items of a score, those from the session before being that session's, and the score: a mean or sum if enough.
score_of <- function(name, items, before) {
  at <- paste0("scoring/scores/", name)
  own <- unname(below(paste0(at, "/items")))
  earlier <- unname(below(paste0(at, "/from_previous_session")))
  given <- as.matrix(items[own])
  for (item in intersect(own, earlier)) given[, item] <- items[[item]][before]
  valid <- rowSums(!is.na(given))
  enough <- valid >= max(number_at(paste0(at, "/min_valid")), 1) & (!length(earlier) | !is.na(before))
  whole <- rowSums(given, na.rm = TRUE)
  if (text_at(paste0(at, "/rule")) == "mean") whole <- whole / valid
  list(items = given, score = ifelse(enough, whole, NA))
}

tell_study <- function(held, main) {
  at <- "analysis/counts/"
  ratings <- main[!duplicated(main[c("session_id", "rater_id")]), ]
  per_session <- table(ratings$session_id)
  barred <- held$excluded_scope %in% c("main", "everything")
  aside <- held$excluded_scope == "analysis"
  tell(paste0(at, c("sessions_held", "sessions_eligible", "sessions_rated", "sessions_analysed", "patients", "therapists")),
       c(nrow(held), sum(!barred), length(per_session), sum(held$excluded == ""), length(unique(held$patient_id)),
         length(unique(held$therapist_id))))
  tell(paste0(at, c("ratings", "double_coded", "points")), c(nrow(ratings), sum(per_session > 1), sum(!is.na(main$value))))
  tell_table(held$excluded[barred], paste0(at, "excluded/"))
  tell_table(held$excluded[aside], paste0(at, "excluded_from_analysis/"))
  tell_table(main$missing_code[main$missing_code != ""], paste0(at, "missing_codes/"))
  rated <- split(ratings$session_id, ratings$rater_id)
  raters <- sort(names(rated), method = "radix")
  for (rater in raters) {
    tell(paste0(at, c("main_per_rater/", "total_per_rater/"), rater),
         c(sum(ratings$rater_id == rater & ratings$role == "main"), length(rated[[rater]])))
  }
  if (length(raters) > 1) for (pair in utils::combn(raters, 2, simplify = FALSE)) {
    tell(paste0(at, "pairs/", pair[1], "-", pair[2]), length(intersect(rated[[pair[1]]], rated[[pair[2]]])))
  }
}

tell_table <- function(cells, path) for (each in unique(cells)) tell(paste0(path, each), sum(cells == each))

tell_missingness <- function(item, main) {
  at <- paste0("analysis/missingness/", item, "/")
  ratings <- nrow(unique(main[c("session_id", "rater_id")]))
  rows <- main[main$item == item, ]
  coded <- rows$missing_code[rows$missing_code != ""]
  points <- sum(!is.na(rows$value))
  tell_table(coded, paste0(at, "codes/"))
  tell(paste0(at, c("ratings", "points", "not_given")), c(ratings, points, ratings - points - length(coded)))
}

tell_descriptives <- function(name, x, numbers) {
  at <- paste0("analysis/descriptives/overall/", name)
  tell_spread(x, at)
  own <- unname(below(paste0("scoring/scores/", name, "/items")))
  mean_of <- if (length(own) && text_at(paste0("scoring/scores/", name, "/rule")) == "mean") length(own) else 1
  if (!length(own)) own <- name
  end <- function(which) sum(vapply(own, function(item) number_at(paste0("scoring/items/", item, "/", which)), 0)) / mean_of
  known <- x[!is.na(x)]
  if (length(known)) {
    tell(paste0(at, c("/floor", "/ceiling")), c(mean(known <= end("min") + 1e-9), mean(known >= end("max") - 1e-9)))
  }
  for (no in unique(numbers)) tell_spread(x[numbers == no], paste0("analysis/descriptives/by_session_no/", no, "/", name))
}

tell_spread <- function(x, path) {
  x <- x[!is.na(x)]
  n <- length(x)
  tell(paste0(path, "/n"), n)
  if (n == 0) return(invisible())
  reach <- if (n > 1) qt(0.975, n - 1) * sd(x) / sqrt(n) else NA
  tell(paste0(path, c("/mean", "/sd", "/min", "/max", "/ci95/0", "/ci95/1")),
       c(mean(x), sd(x), min(x), max(x), mean(x) - reach, mean(x) + reach))
}

tell_course <- function(name, x, analysed) {
  number <- as.integer(analysed$session_no)
  for (patient in unique(analysed$patient_id[!is.na(x)])) {
    rows <- which(analysed$patient_id == patient & !is.na(x))
    rows <- rows[order(number[rows])]
    at <- paste0("analysis/course/", name, "/", patient, "/", seq_along(rows) - 1L)
    tell(paste0(at, "/0"), number[rows])
    tell(paste0(at, "/1"), x[rows])
  }
}

tell_homework <- function(analysed) {
  at <- "analysis/homework/"
  tasks <- read("homework.csv")
  reports <- read("homework_reports.csv")
  difficulties <- read("difficulties.csv")
  mine <- tasks[tasks$assigned_session_id %in% analysed, ]
  became <- vapply(seq_len(nrow(mine)), function(i) {
    if (mine$completed[i] != "") return(mine$completed[i])
    said <- unique(reports$completed[reports$homework_id == mine$homework_id[i]])
    if (length(said) > 1) "raters_differ" else if (length(said)) said else "not_recorded"
  }, "")
  reviewed <- sum(mine$reviewed_session_id != "")
  tell(paste0(at, c("assigned", "left_out", "reviewed", "not_reviewed")),
       c(nrow(mine), nrow(tasks) - nrow(mine), reviewed, nrow(mine) - reviewed))
  tell(paste0(at, "completed/", OUTCOMES), table(factor(became, OUTCOMES)))
  tell_table(mine$type, paste0(at, "by_type/"))
  for (kind in unique(mine$type)) {
    tell(paste0(at, "by_type_completed/", kind, "/", OUTCOMES), table(factor(became[mine$type == kind], OUTCOMES)))
  }
  tell_table(difficulties$difficulty_type[difficulties$session_id %in% analysed], paste0(at, "difficulties/"))
}
