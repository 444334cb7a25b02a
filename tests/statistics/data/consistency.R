# Alpha, item-total correlations and one-factor omega; run in this folder: Rscript consistency.R
# Writes consistency.json, thurstone.csv (published correlations of nine tests, 213 cases, Thurstone & Thurstone 1941)
# and five_items.csv, drawn here: five items from 1 to 6 with one factor, the first one against the others, some missing.
suppressMessages(library(psych))
options(digits = 15)
write.csv(Thurstone, "thurstone.csv", row.names = FALSE)
set.seed(20261128, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
factor <- rnorm(300)
drawn <- sapply(c(A1 = -0.55, A2 = 0.7, A3 = 0.8, A4 = 0.5, A5 = 0.65), function(loading)
  pmin(6, pmax(1, round(4 + 1.3 * (loading * factor + sqrt(1 - loading^2) * rnorm(300))))))
drawn[sample(length(drawn), 30)] <- NA
items <- as.data.frame(drawn)
write.csv(items, "five_items.csv", row.names = FALSE, quote = FALSE, na = "")

factor_omega <- function(s, n) {
  fit <- factanal(covmat = s, factors = 1, n.obs = n, control = list(nstart = 10, opt = list(factr = 1e4)))
  sd <- sqrt(diag(s))
  loadings <- as.numeric(fit$loadings) * sd
  loadings <- loadings * sign(sum(loadings))
  uniquenesses <- fit$uniquenesses * sd^2
  list(loadings = as.numeric(loadings), uniquenesses = as.numeric(uniquenesses),
       omega = sum(loadings)^2 / (sum(loadings)^2 + sum(uniquenesses)))
}
described <- function(x) {
  x <- x[complete.cases(x), ]
  found <- suppressWarnings(suppressMessages(alpha(x, warnings = FALSE)))
  limits <- alpha.ci(found$total$raw_alpha, n.obs = nrow(x), n.var = ncol(x), digits = 15)
  c(list(n = nrow(x), alpha = found$total$raw_alpha, low = limits$lower.ci, high = limits$upper.ci,
         item_total = as.list(setNames(found$item.stats$r.drop, colnames(x)))), factor_omega(cov(x), nrow(x)))
}
turned <- items
turned$A1 <- 7 - turned$A1
three_factors <- suppressMessages(fa(Thurstone, 3, n.obs = 213, rotate = "none", fm = "minres"))
told <- list(thurstone = c(factor_omega(as.matrix(Thurstone), 213),
                           list(alpha = alpha(Thurstone)$total$raw_alpha,
                                omega_three_factors = 1 - sum(three_factors$uniquenesses) / sum(Thurstone))),
             as_given = described(items), turned = described(turned), four = described(turned[, 1:4]))
json <- function(x) {
  inner <- vapply(x, function(each) if (is.list(each)) json(each) else paste(format(each, digits = 12), collapse = ", "), "")
  several <- vapply(x, function(each) !is.list(each) && length(each) > 1, TRUE)
  inner[several] <- paste0("[", inner[several], "]")
  paste0("{", paste0("\"", names(x), "\": ", inner, collapse = ", "), "}")
}
writeLines(gsub("}, ", "},\n", json(told), fixed = TRUE), "consistency.json")
