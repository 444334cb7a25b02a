# How far raters agree on one table of sessions by raters: coefficients with their limits.

FORMS <- c("1,1", "2,1", "3,1", "1,k", "2,k", "3,k")

# The six intraclass correlations as psych has them, without a mixed model.
icc <- function(table) {
  table <- complete(table)
  if (!has("psych") || nrow(table) < 2 || diff(range(table)) == 0) return(setNames(rep(NA_real_, 6), FORMS))
  setNames(suppressWarnings(suppressMessages(psych::ICC(table, lmer = FALSE)))$results$ICC, FORMS)
}

# Mean squares between sessions, within sessions, between raters, and of what is left.
squares <- function(table) {
  n <- nrow(table)
  k <- ncol(table)
  rows <- rowMeans(table)
  columns <- colMeans(table)
  left <- sweep(table - rows, 2, columns) + mean(table)
  list(n = n, k = k, between = k * sum((rows - mean(table))^2) / (n - 1), within = sum((table - rows)^2) / (n * (k - 1)),
       raters = n * sum((columns - mean(table))^2) / (k - 1), left = sum(left^2) / ((n - 1) * (k - 1)))
}

# Limits of the six by the F method, as Shrout and Fleiss and McGraw and Wong give them; one column each.
icc_limits <- function(s, two) {
  n <- s$n
  k <- s$k
  ends <- function(error, df) {
    if (error <= 1e-28 * s$between) return(cbind(c(1, 1), c(1, 1)))
    ratio <- s$between / error * c(1 / qf(0.975, n - 1, df), qf(0.975, df, n - 1))
    cbind((ratio - 1) / (ratio + k - 1), 1 - 1 / ratio)
  }
  one <- ends(s$within, n * (k - 1))
  three <- ends(s$left, (n - 1) * (k - 1))
  a <- k * two * s$raters
  b <- n * (1 + (k - 1) * two) - k * two
  df <- (n - 1) * (k - 1) * (a + b * s$left)^2 / ((n - 1) * a^2 + (b * s$left)^2)
  high <- suppressWarnings(qf(0.975, n - 1, df))
  low <- suppressWarnings(qf(0.975, df, n - 1))
  rest <- k * s$raters + (k * n - k - n) * s$left
  agreed <- c(n * (s$between - high * s$left) / (high * rest + n * s$between),
              n * (low * s$between - s$left) / (rest + n * low * s$between))
  if (s$within <= 1e-28 * s$between) agreed <- c(1, 1)
  cbind("1,1" = one[, 1], "2,1" = agreed, "3,1" = three[, 1],
        "1,k" = one[, 2], "2,k" = k * agreed / (1 + (k - 1) * agreed), "3,k" = three[, 2])
}

tell_icc <- function(table, forms, path) {
  table <- complete(table)
  if (nrow(table) < 2 || ncol(table) < 2) return(invisible(icc(table)))
  found <- icc(table)
  limits <- icc_limits(squares(table), found[["2,1"]])
  for (form in forms) tell_figure(paste0(path, "/icc/", form), found[[form]], limits[, form])
  invisible(found)
}

sem <- function(table) {
  table <- complete(table)
  if (nrow(table) < 2) return(NA_real_)
  s <- squares(table)
  sqrt((s$raters + (s$n - 1) * s$left) / s$n)
}

# The mean over sessions of the share of pairs of ratings no further apart than the distance; Wilson's limits.
tell_close <- function(table, distance, path) {
  shares <- as.numeric(apply(table, 1, function(row) {
    row <- row[!is.na(row)]
    if (length(row) < 2) NA_real_ else mean(abs(utils::combn(row, 2, diff)) <= distance)
  }))
  n <- sum(!is.na(shares))
  share <- mean(shares, na.rm = TRUE)
  reach <- Z * sqrt(share * (1 - share) / n + Z^2 / (4 * n^2))
  limits <- (share + Z^2 / (2 * n) + c(-reach, reach)) / (1 + Z^2 / n)
  tell_figure(path, share, c(max(0, limits[1]), min(1, limits[2])))
}

tell_around <- function(path, value, reach) tell_figure(path, value, c(max(-1, value - reach), min(1, value + reach)))

# Cohen's kappa with the standard error of Fleiss, Cohen and Everitt.
tell_kappa <- function(table, points, weight, path) {
  table <- complete(table)
  cross <- unclass(table(factor(table[, 1], points), factor(table[, 2], points))) / nrow(table)
  rows <- rowSums(cross)
  columns <- colSums(cross)
  chance <- sum(weight * outer(rows, columns))
  value <- (sum(weight * cross) - chance) / (1 - chance)
  margins <- outer(drop(weight %*% columns), drop(rows %*% weight), "+")
  spread <- sum(cross * (weight - margins * (1 - value))^2) - (value - chance * (1 - value))^2
  tell_around(path, value, Z * sqrt(max(spread, 0) / nrow(table)) / (1 - chance))
}

# AC1 or AC2 with its linearised variance.
tell_gwet <- function(given, weight, path) {
  given <- given[rowSums(given) > 0, , drop = FALSE]
  n <- nrow(given)
  m <- rowSums(given)
  shared <- m > 1
  pairs <- ifelse(shared, rowSums(given * (given %*% weight - 1)) / pmax(m * (m - 1), 1), 0)
  observed <- sum(pairs) / sum(shared)
  share <- colMeans(given / m)
  q <- nrow(weight)
  factor <- sum(weight) / (q * (q - 1))
  chance <- factor * sum(share * (1 - share))
  value <- (observed - chance) / (1 - chance)
  direct <- n / sum(shared) * (pairs - chance * shared) / (1 - chance)
  through <- (factor * drop(given %*% (1 - share)) / m - chance) / (1 - chance)
  spread <- sum((direct - 2 * (1 - value) * through - value)^2) / (n * (n - 1))
  tell_around(path, value, suppressWarnings(qt(0.975, n - 1)) * sqrt(spread))
}

krippendorff <- function(pairs, points, metric) {
  margins <- colSums(pairs)
  ranks <- cumsum(margins) - margins / 2
  distance <- switch(metric, nominal = 1 - diag(length(points)), ordinal = outer(ranks, ranks, "-")^2,
                     interval = outer(points, points, "-")^2)
  within <- sum(rowSums((pairs %*% distance) * pairs) / (rowSums(pairs) - 1))
  1 - (sum(margins) - 1) * within / drop(margins %*% distance %*% margins)
}

# Krippendorff's alpha with the limits that come of leaving out one session after the other.
tell_krippendorff <- function(pairs, points, metric, path) {
  n <- nrow(pairs)
  without <- vapply(seq_len(n), function(i) krippendorff(pairs[-i, , drop = FALSE], points, metric), 0)
  spread <- sqrt((n - 1) / n * sum((without - mean(without))^2))
  tell_around(path, krippendorff(pairs, points, metric), suppressWarnings(qt(0.975, n - 1)) * spread)
}

tell_agreement <- function(table, points, path) {
  given <- t(apply(table, 1, function(row) as.numeric(table(factor(row, points)))))
  if (length(points) == 1) given <- t(given)
  apart <- abs(outer(points, points, "-")) / max(diff(range(points)), 1e-300)
  weights <- list(unweighted = diag(length(points)), linear = 1 - apart, quadratic = 1 - apart^2)
  labels <- c(unweighted = "ac1", linear = "ac2_linear", quadratic = "ac2_quadratic")
  for (name in names(weights)) {
    tell_gwet(given, weights[[name]], paste0(path, "/gwet/", labels[[name]]))
    if (ncol(table) == 2) tell_kappa(table, points, weights[[name]], paste0(path, "/kappa/", name))
  }
  pairs <- given[rowSums(given) >= 2, , drop = FALSE]
  for (metric in c("nominal", "ordinal", "interval")) {
    tell_krippendorff(pairs, points, metric, paste0(path, "/alpha/", metric))
  }
  tell_close(table, 0, paste0(path, "/percent_agreement"))
  tell_close(table, 1, paste0(path, "/within_1"))
}

# How often each pair of points was given to one session.
tell_disagreement <- function(table, points, path) {
  places <- seq_along(points) - 1
  tell(paste0(path, "/points/", places), points)
  both <- do.call(rbind, lapply(utils::combn(ncol(table), 2, simplify = FALSE), function(pair) complete(table[, pair, drop = FALSE])))
  counts <- table(factor(both[, 1], points), factor(both[, 2], points))
  tell(paste0(path, "/counts/", rep(places, length(points)), "/", rep(places, each = length(points))), counts)
  tell(paste0(path, c("/n", "/outside")), c(sum(counts), nrow(both) - sum(counts)))
}
