# Linear mixed models by lme4 and lmerTest; run in this folder: Rscript multilevel.R
# Writes multilevel.json, and two tables of lme4: sleepstudy.csv (Belenky et al. 2003) and penicillin.csv (Davies &
# Goldsmith 1972). orthodont.csv (Potthoff & Roy 1964) comes from nlme; gaps.csv and singular.csv are drawn here.
suppressMessages({library(lme4); library(lmerTest)})
data(Orthodont, package = "nlme")
numbers <- function(x) as.numeric(as.character(x))
sleepstudy$Subject <- as.character(sleepstudy$Subject)
write.csv(sleepstudy, "sleepstudy.csv", row.names = FALSE, quote = FALSE)
write.csv(Penicillin, "penicillin.csv", row.names = FALSE, quote = FALSE)
orthodont <- data.frame(distance = Orthodont$distance, age = Orthodont$age, Subject = as.character(Orthodont$Subject),
                        Sex = as.character(Orthodont$Sex))
write.csv(orthodont, "orthodont.csv", row.names = FALSE, quote = FALSE)

set.seed(20)
gaps <- data.frame(patient_id = sprintf("P%02d", rep(1:25, each = 12)), time = rep(0:11, 25))
start <- rnorm(25, 0, 4)[rep(1:25, each = 12)]
slope <- rnorm(25, -0.4, 0.3)[rep(1:25, each = 12)]
gaps$x <- round(rnorm(300, 2, 0.7), 3)
gaps$arm <- rep(c("wait", "group", "single"), length.out = 25)[rep(1:25, each = 12)]
gaps$y <- round(14 + start + slope * gaps$time - 0.8 * gaps$x + (gaps$arm == "wait") * 1.5 + rnorm(300, 0, 2), 2)
gaps$y[sample(300, 60)] <- NA
gaps$x[sample(300, 25)] <- NA
write.csv(gaps, "gaps.csv", row.names = FALSE, quote = FALSE, na = "")
singular <- data.frame(g = rep(letters[1:8], each = 5), t = rep(0:4, 8))
singular$y <- round(rnorm(40) + 0.2 * singular$t + rnorm(8, 0, 0.6)[rep(1:8, each = 5)], 3)
write.csv(singular, "singular.csv", row.names = FALSE, quote = FALSE)

control <- lmerControl(optimizer = "Nelder_Mead", check.conv.grad = "ignore", check.conv.singular = "ignore",
                       check.conv.hess = "ignore",
                       optCtrl = list(FtolAbs = 1e-15, FtolRel = 1e-16, XtolRel = 1e-13, maxfun = 1e5))
listed <- list()
tell <- function(name, data, file, formula, group, random = "1", reml = TRUE) {
  full <- as.formula(paste(formula, "+ (", random, "|", group, ")"))
  m <- suppressMessages(suppressWarnings(lmerTest::lmer(full, data, REML = reml, control = control)))
  b <- coef(suppressWarnings(summary(m)))
  v <- as.matrix(VarCorr(m)[[1]])
  slope <- if (random == "1") "null" else random
  row <- function(i) sprintf('"%s": {"estimate": %.10g, "se": %.10g, "df": %.10g, "t": %.10g, "p": %.10g}',
                             rownames(b)[i], b[i, 1], b[i, 2], b[i, 3], b[i, 4], b[i, 5])
  said <- sprintf(paste0('{"name": "%s", "file": "%s", "formula": "%s", "group": "%s", "random": %s, "reml": %s, ',
                         '"n": %d, "groups": %d, "loglik": %.10f, "df": %d, "aic": %.8f, "bic": %.8f, ',
                         '"singular": %s, "fixed": {%s}, "variance": [%s]}'),
                  name, file, formula, group, if (random == "1") "null" else paste0('"', random, '"'),
                  tolower(reml), nobs(m), ngrps(m)[[1]], as.numeric(logLik(m)), attr(logLik(m), "df"), AIC(m), BIC(m),
                  tolower(isSingular(m)), paste(vapply(seq_len(nrow(b)), row, ""), collapse = ", "),
                  paste(sprintf("%.10g", c(diag(v), if (nrow(v) > 1) v[2, 1], sigma(m)^2)), collapse = ", "))
  listed[[length(listed) + 1]] <<- said
}
tell("sleep", sleepstudy, "sleepstudy", "Reaction ~ Days", "Subject", "Days")
tell("sleep by ML", sleepstudy, "sleepstudy", "Reaction ~ Days", "Subject", "Days", FALSE)
tell("sleep, same slope", sleepstudy, "sleepstudy", "Reaction ~ Days", "Subject")
tell("sleep, same slope, by ML", sleepstudy, "sleepstudy", "Reaction ~ Days", "Subject", "1", FALSE)
tell("sleep, null", sleepstudy, "sleepstudy", "Reaction ~ 1", "Subject")
tell("growth", orthodont, "orthodont", "distance ~ age * Sex", "Subject", "age")
tell("growth, same slope, by ML", orthodont, "orthodont", "distance ~ age + Sex + age:Sex", "Subject", "1", FALSE)
tell("margins left out", orthodont, "orthodont", "distance ~ age:Sex", "Subject")
tell("gaps", gaps, "gaps", "y ~ time + x + arm", "patient_id", "time")
tell("gaps, interactions", gaps, "gaps", "y ~ arm * x + time:x", "patient_id")
tell("gaps by ML", gaps, "gaps", "y ~ time * arm", "patient_id", "time", FALSE)
tell("gaps, null", gaps, "gaps", "y ~ 1", "patient_id")
tell("singular slope", singular, "singular", "y ~ t", "g", "t")
tell("singular intercept", transform(singular, y = ave(y, g, FUN = function(each) each - mean(each)) + 0.01 * t),
     "singular_centred", "y ~ t", "g")
centred <- transform(singular, y = ave(y, g, FUN = function(each) each - mean(each)) + 0.01 * t)
write.csv(centred, "singular_centred.csv", row.names = FALSE, quote = FALSE)
crossed <- lmer(diameter ~ 1 + (1 | plate) + (1 | sample), Penicillin, control = control)
sds <- as.data.frame(VarCorr(crossed))$sdcor
listed[[length(listed) + 1]] <- sprintf('{"name": "penicillin", "sd": [%.8f, %.8f, %.8f], "loglik": %.8f}', sds[1],
                                        sds[2], sds[3], as.numeric(logLik(crossed)))
writeLines(c("[", paste(unlist(listed), collapse = ",\n"), "]"), "multilevel.json")
