# Rater effects of crossed_*.csv: lme4's predictions, and their errors from V, written out; Rscript severity.R > severity.csv
suppressMessages(library(lme4))
cat("name,rater,effect,error\n")
for (name in c("example", "sparse")) {
  d <- read.csv(paste0("crossed_", name, ".csv"))
  control <- lmerControl(optimizer = "Nelder_Mead", optCtrl = list(FtolAbs = 1e-15, FtolRel = 1e-16, XtolRel = 1e-12,
                                                                   maxfun = 1e5))
  m <- suppressMessages(lmer(value ~ 1 + (1 | unit) + (1 | rater), d, REML = TRUE, control = control))
  v <- as.data.frame(VarCorr(m)); row.names(v) <- v$grp
  sessions <- model.matrix(~ 0 + factor(unit), d); raters <- model.matrix(~ 0 + factor(rater), d)
  V <- v["unit", "vcov"] * tcrossprod(sessions) + v["rater", "vcov"] * tcrossprod(raters) +
    v["Residual", "vcov"] * diag(nrow(d))
  W <- solve(V); one <- rep(1, nrow(d)); mean_error <- 1 / drop(one %*% W %*% one)
  G <- v["rater", "vcov"] * t(raters)                                # covariance of rater effects with the ratings
  adjusted <- W - mean_error * (W %*% one) %*% (t(one) %*% W)
  errors <- sqrt(diag(v["rater", "vcov"] * diag(ncol(raters)) - G %*% adjusted %*% t(G)))
  effects <- ranef(m)$rater
  cat(sprintf("%s,%s,%.8f,%.8f\n", name, row.names(effects), effects[[1]], errors), sep = "")
}
