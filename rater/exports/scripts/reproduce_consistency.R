# How far the items of a scale hang together, and correlations: coefficients of one table with their limits.

# Product-moment correlation of two columns over complete rows, with Fisher's limits.
tell_pearson <- function(table, path, with_n = FALSE) {
  pairs <- complete(table)
  n <- nrow(pairs)
  r <- if (n > 1) suppressWarnings(cor(pairs)[1, 2]) else NA
  reach <- if (n > 3) c(-Z, Z) / sqrt(n - 3) else c(NA, NA)
  tell_figure(path, r, suppressWarnings(tanh(atanh(max(-1, min(1, r))) + reach)))
  if (with_n) tell(paste0(path, "/n"), n)
}

# Omega total of a one-factor model by maximum likelihood (factanal); of two items Spearman-Brown.
omega <- function(covariance) {
  sd <- sqrt(diag(covariance))
  if (length(sd) == 2) return(2 * cov2cor(covariance)[1, 2] / (1 + cov2cor(covariance)[1, 2]))
  set.seed(1)
  control <- list(nstart = 8, lower = 1e-3, opt = list(factr = 1e3, maxit = 2000))
  fit <- tryCatch(factanal(covmat = covariance, factors = 1, control = control), error = function(e) NULL)
  if (is.null(fit)) return(NA)
  common <- sum(sd * fit$loadings[, 1])^2
  common / (common + sum(sd^2 * fit$uniquenesses))
}

# Cronbach's alpha with Feldt's limits, omega, corrected item-total correlations, on complete rows.
tell_consistency <- function(given, path) {
  cases <- complete(given)
  n <- nrow(cases)
  k <- ncol(cases)
  tell(paste0(path, "/n"), n)
  if (n < 2 || k < 2) return(invisible())
  covariance <- cov(cases)
  alpha <- k / (k - 1) * (1 - sum(diag(covariance)) / sum(covariance))
  tell_figure(paste0(path, "/alpha"), alpha, 1 - (1 - alpha) * qf(c(0.975, 0.025), n - 1, (n - 1) * (k - 1)))
  if (has_value(paste0(path, "/omega/value"))) {
    tell(paste0(path, "/omega/value"), omega(covariance))
  }
  for (item in colnames(cases)) {
    rest <- rowSums(cases[, colnames(cases) != item, drop = FALSE])
    tell_pearson(cbind(cases[, item], rest), paste0(path, "/item_total/", item))
  }
}
