# The counts and the reliability of each wave, from ratings_long.csv and sessions.csv.

DRAWS <- 40000
CHANCE <- 0.007  # by which share of the draws limits may differ that rest on 10,000 others: four standard errors

tell_counts <- function(sessions, long) {
  held <- sessions[sessions$use == "main" & as.integer(sessions$session_no) > 0, ]
  ratings <- long[!duplicated(long[c("wave", "session_id", "rater_id")]), ]
  main <- table(ratings$session_id[ratings$wave == "main"])
  analysed <- held$session_id[held$excluded == ""]
  out <- held$excluded_scope %in% c("main", "everything")
  tell("counts/sessions_listed", nrow(sessions))
  tell("counts/sessions_held", nrow(held))
  tell("counts/sessions_eligible", sum(!out))
  tell("counts/sessions_for_analysis", length(analysed))
  tell("counts/patients", length(unique(held$patient_id)))
  tell("counts/therapists", length(unique(held$therapist_id)))
  tell("counts/ratings", sum(main))
  tell("counts/double_coded", sum(main > 1))
  tell("counts/sessions_rated", length(main))
  tell("counts/ratings_analysed", sum(main[names(main) %in% analysed]))
  tell("counts/rows", nrow(long))
  tell("counts/coverage_known", sum(ratings$coverage != ""))
  tell("counts/unsure", sum(long$unsure == "yes"))
  for (reason in unique(held$excluded[out])) tell(paste0("counts/excluded/", reason), sum(held$excluded[out] == reason))
  aside <- held$excluded[held$excluded_scope == "analysis"]
  for (reason in unique(aside)) tell(paste0("counts/excluded_from_analysis/", reason), sum(aside == reason))
  for (wave in unique(long$wave)) {
    tell(paste0("counts/waves/", wave, "/rows"), sum(long$wave == wave))
    tell(paste0("counts/waves/", wave, "/ratings"), sum(ratings$wave == wave))
  }
}

tell_dyads <- function(tables, shared, path) {
  averaged <- numeric()
  for (key in names(tables)) {
    at <- paste0(path, "/dyads/", key)
    both <- complete(tables[[key]])
    differences <- both[, 1] - both[, 2]
    n <- length(differences)
    tell(paste0(at, c("/n_shared", "/n")), c(shared[[key]], n))
    coefficients <- tell_icc(tables[[key]], FORMS, at)
    tell(paste0(at, "/sem/value"), sem(tables[[key]]))
    reach <- if (n > 1) qt(0.975, n - 1) * sd(differences) / sqrt(n) else NA
    tell_figure(paste0(at, "/mean_difference"), mean(differences), mean(differences) + c(-reach, reach))
    if (has_value(paste0(at, "/icc/2,k/value"))) averaged <- c(averaged, coefficients[["2,k"]])
  }
  at <- paste0(path, "/summary/icc_2_k/")
  tell(paste0(at, "n_dyads"), length(averaged))
  if (length(averaged)) for (name in c("mean", "median", "min", "max")) tell(paste0(at, name), get(name)(averaged))
}

# What follows from the variances of sessions, raters and residuals.
coefficients_of <- function(s, r, e, k, q) {
  of_file <- s / (s + q * r + e / k)
  list("variance/unit" = s, "variance/rater" = r, "variance/residual" = e, sem = sqrt(r + e), icc_a1 = s / (s + r + e),
       icc_a_k = s / (s + (r + e) / k), icc_a_2 = s / (s + (r + e) / 2), icc_c1 = s / (s + e), icc_c_k = s / (s + e / k),
       g_q_k = of_file, analysed_file = of_file)
}

# Draws of the three variances from their large-sample distribution, cut off at zero; one row each.
drawn <- function(scores, variances) {
  parts <- list(outer(scores$session_id, scores$session_id, "==") + 0, outer(scores$rater_id, scores$rater_id, "==") + 0,
                diag(nrow(scores)))
  inverse <- solve(Reduce(`+`, Map(`*`, parts, variances)))
  ones <- rowSums(inverse)
  projected <- lapply(parts, function(part) (inverse - outer(ones, ones) / sum(ones)) %*% part)
  information <- outer(1:3, 1:3, Vectorize(function(i, j) sum(projected[[i]] * t(projected[[j]])) / 2))
  set.seed(1)
  pmax(variances + t(chol(solve(information))) %*% matrix(rnorm(3 * DRAWS), 3), 0)
}

tell_overall <- function(scores, path) {
  sizes <- table(scores$session_id)
  n <- length(sizes)
  tell(paste0(path, c("/n_units", "/n_raters", "/n_ratings", "/n_double")),
       c(n, length(unique(scores$rater_id)), nrow(scores), sum(sizes > 1)))
  if (n == 0) return(invisible())
  k <- n / sum(1 / sizes)
  weight <- 1 / as.numeric(sizes[scores$session_id])
  q <- 1 / k - sum(tapply(weight, scores$rater_id, sum)^2 - tapply(weight^2, scores$rater_id, sum)) / max(n * (n - 1), 1)
  q <- max(q, 0)
  tell(paste0(path, c("/k_harmonic", "/q")), c(k, q))
  if (!has("lme4") || !has_value(paste0(path, "/variance/unit/value"))) return(invisible())
  control <- lme4::lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10), check.conv.singular = "ignore")
  fit <- suppressWarnings(lme4::lmer(score ~ 1 + (1 | session_id) + (1 | rater_id), scores, control = control))
  parts <- as.data.frame(lme4::VarCorr(fit))
  variances <- parts$vcov[match(c("session_id", "rater_id", "Residual"), parts$grp)]
  figures <- coefficients_of(variances[1], variances[2], variances[3], k, q)
  tell(paste0(path, "/", names(figures), "/value"), unlist(figures))
  tell(paste0(path, "/loglik"), logLik(fit))
  if (!has_value(paste0(path, "/variance/unit/ci95/0"))) return(invisible())
  draws <- drawn(scores, variances)
  for (name in names(figures)) {
    found <- coefficients_of(draws[1, ], draws[2, ], draws[3, ], k, q)[[name]]
    for (place in 0:1) {
      band <- quantile(found, c(0.025, 0.975)[place + 1] + c(-CHANCE, CHANCE), na.rm = TRUE)
      at <- paste0(path, "/", name, "/ci95/", place)
      tell(at, min(max(number_at(at), band[1]), band[2]))
    }
  }
}

tell_score <- function(wave, score, path) {
  at <- paste0("scoring/scores/", score)
  items <- unname(below(paste0(at, "/items")))
  rule <- if (text_at(paste0(at, "/rule")) == "mean") mean else sum
  least <- max(number_at(paste0(at, "/min_valid")), 1)
  rows <- wave[wave$item %in% items, ]
  points <- setNames(rows$scored, paste(rows$session_id, rows$rater_id, rows$item, sep = "\r"))
  by_rating <- split(rows$scored, paste(rows$session_id, rows$rater_id, sep = "\r"))
  scores <- vapply(by_rating, function(x) if (sum(!is.na(x)) < least) NA_real_ else rule(x[!is.na(x)]), 0)
  rated <- split(wave$session_id, wave$rater_id)
  raters <- sort(names(rated), method = "radix")
  tables <- item_rows <- shared <- list()
  if (length(raters) > 1) for (pair in utils::combn(raters, 2, simplify = FALSE)) {
    common <- sort(intersect(rated[[pair[1]]], rated[[pair[2]]]), method = "radix")
    if (!length(common)) next
    key <- paste(pair, collapse = "-")
    shared[[key]] <- length(common)
    tables[[key]] <- sapply(pair, function(rater) unname(scores[paste(common, rater, sep = "\r")]))
    keys <- paste(rep(common, each = length(items)), "\n", rep(items, length(common)))
    item_rows[[key]] <- sapply(pair, function(rater) unname(points[sub(" \n ", paste0("\r", rater, "\r"), keys)]))
    tables[[key]] <- matrix(tables[[key]], ncol = 2)
    item_rows[[key]] <- matrix(item_rows[[key]], ncol = 2)
  }
  tell_dyads(tables, shared, path)
  tell_dyads(item_rows, shared, paste0(path, "/item_rows"))
  cells <- strsplit(names(scores), "\r", fixed = TRUE)
  long <- data.frame(session_id = vapply(cells, `[`, "", 1), rater_id = vapply(cells, `[`, "", 2), score = unname(scores))
  tell_overall(long[!is.na(long$score), ], paste0(path, "/overall"))
}

# Session and rater of each column of each double-coded session: main and second, or all raters.
side_by_side <- function(wave) {
  ratings <- wave[!duplicated(wave[c("session_id", "rater_id")]), ]
  place <- match(ratings$role, c("main", "second", "all"))
  ratings <- ratings[order(ratings$session_id, place, ratings$rater_id, method = "radix"), ]
  double <- Filter(function(x) length(x) > 1, split(ratings$rater_id, ratings$session_id))
  everybody <- if (all(ratings$role == "all")) sort(unique(ratings$rater_id), method = "radix")
  lapply(setNames(names(double), names(double)), function(session) {
    paste(session, if (is.null(everybody)) double[[session]][1:2] else everybody, sep = "\r")
  })
}

tell_item <- function(rows, columns, item, path) {
  cells <- paste(rows$session_id, rows$rater_id, sep = "\r")
  width <- if (length(columns)) length(columns[[1]]) else 2
  place <- matrix(match(unlist(columns), cells), ncol = width, byrow = TRUE)
  table <- matrix(rows$value[place], ncol = width)
  coded <- matrix(rows$missing_code[place] != "", ncol = width)
  tell(paste0(path, "/n"), nrow(complete(table)))
  tell_icc(table, if (width > 2) FORMS else c("1,1", "1,k"), path)
  declared <- as.numeric(below(paste0("scoring/points/", item)))
  if (length(declared)) tell_disagreement(table, declared, paste0(path, "/disagreement"))
  if (any(!is.na(table))) tell_agreement(table, if (length(declared)) declared else sort(unique(table[!is.na(table)])), path)
  whole <- complete(ifelse(!is.na(table), 1, ifelse(coded %in% TRUE, 0, NA)))
  at <- paste0(path, "/applicability")
  if (nrow(whole)) tell_close(whole, 0, at)
  if (width == 2 && nrow(whole)) tell_kappa(whole, c(0, 1), diag(2), paste0(at, "/kappa"))
  yes <- rowSums(whole)
  tell(paste0(at, "/rated_by/", c("all", "some", "none")), c(sum(yes == width), sum(yes > 0 & yes < width), sum(yes == 0)))
}

tell_reliability <- function(name, sessions, long) {
  path <- paste0("reliability/", name)
  wave <- long[long$wave == name, ]
  if (name == "main") wave <- wave[!wave$session_id %in% sessions$session_id[sessions$excluded != ""], ]
  per_session <- table(wave$session_id[!duplicated(wave[c("session_id", "rater_id")])])
  tell(paste0(path, c("/n_sessions", "/n_double", "/n_ratings", "/n_raters")),
       c(length(per_session), sum(per_session > 1), sum(per_session), length(unique(wave$rater_id))))
  if (length(below(paste0(path, "/design")))) {
    tell(paste0(path, "/design/", c("patients", "therapists")),
         c(length(unique(wave$patient_id)), length(unique(wave$therapist_id))))
  }
  for (score in children(paste0(path, "/scores"))) tell_score(wave, score, paste0(path, "/scores/", score))
  columns <- side_by_side(wave)
  for (item in children(paste0(path, "/items"))) {
    tell_item(wave[wave$item == item, ], columns, item, paste0(path, "/items/", item))
  }
}
