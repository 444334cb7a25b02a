# Correlations of two scores of the sessions rated more than once, both from one rater or from different ones.

tell_by_rater <- function(main, analysed, before) {
  rows <- main[main$session_id %in% analysed$session_id, ]
  items <- unique(rows$item)
  points <- lapply(split(rows, rows$session_id), function(session) {
    raters <- unique(session$rater_id)
    given <- matrix(NA_real_, length(raters), length(items), dimnames = list(raters, items))
    given[cbind(match(session$rater_id, raters), match(session$item, items))] <- session$scored
    given
  })
  before <- setNames(analysed$session_id[before], analysed$session_id)
  double <- names(points)[vapply(points, nrow, 0L) > 1]
  for (pair in children("analysis/correlations")) {
    at <- paste0("analysis/correlations/", pair)
    if (!length(below(paste0(at, "/same_rater")))) next
    rules <- lapply(strsplit(pair, "~", fixed = TRUE)[[1]], rule_of)
    for (kind in c("same_rater", "different_raters")) {
      found <- lapply(double, function(session) {
        raters <- rownames(points[[session]])
        who <- expand.grid(i = raters, j = raters, stringsAsFactors = FALSE)
        who <- who[(who$i == who$j) == (kind == "same_rater"), ]
        one <- mapply(score_by, i = who$i, j = who$j, MoreArgs = list(rules[[1]], points, session, before[[session]]))
        other <- mapply(score_by, i = who$j, j = who$i, MoreArgs = list(rules[[2]], points, session, before[[session]]))
        complete(cbind(one, other))
      })
      tell_weighted(Filter(nrow, found), paste0(at, "/", kind))
    }
  }
}

rule_of <- function(name) {
  at <- paste0("scoring/scores/", name)
  list(items = unname(below(paste0(at, "/items"))), earlier = unname(below(paste0(at, "/from_previous_session"))),
       least = max(number_at(paste0(at, "/min_valid")), 1), mean = text_at(paste0(at, "/rule")) == "mean")
}

# Rater i's score; items of the session before are means over its raters, without the rater j of the other score.
score_by <- function(rule, points, session, before, i, j) {
  given <- points[[session]][i, ]
  if (length(rule$earlier)) {
    raters <- if (is.na(before) || is.null(points[[before]])) character() else rownames(points[[before]])
    raters <- raters[raters != j | i == j]
    if (!length(raters)) return(NA_real_)
    given[rule$earlier] <- colMeans(points[[before]][raters, rule$earlier, drop = FALSE], na.rm = TRUE)
  }
  known <- given[rule$items]
  known <- known[!is.na(known)]
  if (length(known) < rule$least) NA_real_ else if (rule$mean) mean(known) else sum(known)
}

# Pearson's r with the same weight for each session, and Fisher's limits.
tell_weighted <- function(found, path) {
  n <- length(found)
  tell(paste0(path, "/n"), n)
  if (n < 2) return(invisible())
  weights <- rep(1 / vapply(found, nrow, 0L), vapply(found, nrow, 0L))
  r <- suppressWarnings(cov.wt(do.call(rbind, found), weights / sum(weights), cor = TRUE)$cor[1, 2])
  reach <- if (n > 3) c(-Z, Z) / sqrt(n - 3) else c(NA, NA)
  tell_figure(path, r, suppressWarnings(tanh(atanh(max(-1, min(1, r))) + reach)))
}
