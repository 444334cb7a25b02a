# Restricted maximum likelihood fits of crossed_*.csv by lme4; run in this folder: Rscript lme4.R > lme4.csv
suppressMessages(library(lme4))
cat("name,unit,rater,residual,loglik,mean\n")
for (name in c("example", "sparse", "boundary")) {
  d <- read.csv(paste0("crossed_", name, ".csv"))
  control <- lmerControl(optimizer = "Nelder_Mead", optCtrl = list(FtolAbs = 1e-15, FtolRel = 1e-16, XtolRel = 1e-12,
                                                                   maxfun = 1e5))
  m <- suppressMessages(lmer(value ~ 1 + (1 | unit) + (1 | rater), d, REML = TRUE, control = control))
  v <- as.data.frame(VarCorr(m)); row.names(v) <- v$grp
  cat(sprintf("%s,%.10f,%.10f,%.10f,%.10f,%.10f\n", name, v["unit", "vcov"], v["rater", "vcov"],
              v["Residual", "vcov"], as.numeric(logLik(m)), fixef(m)))
}
