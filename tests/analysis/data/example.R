# Fits the models of the example study with lme4, from the study's own files and by base R alone.
# Rscript example.R FOLDER > example.json
suppressMessages({library(lme4); library(lmerTest)})
folder <- commandArgs(TRUE)[1]
read <- function(name) read.csv(file.path(folder, name), na.strings = "", stringsAsFactors = FALSE)
ratings <- read("ratings.csv")
ratings <- ratings[ratings$version == ave(ratings$version, ratings$rating_id, FUN = max), ]
turned <- ratings$item == "ghes5"
ratings$value[turned] <- 4 - ratings$value[turned]
means <- tapply(ratings$value, list(ratings$session_id, ratings$item), function(x) mean(x, na.rm = TRUE))
means[is.nan(means)] <- NA
sessions <- read("sessions.csv")
d <- sessions[is.na(sessions$excluded) & sessions$use == "main", ]
d <- cbind(d, means[match(d$session_id, rownames(means)), ])
ghes <- paste0("ghes", 1:7); sta <- paste0("sta", 1:5); str <- paste0("str", 1:3)
score <- function(x, least) ifelse(rowSums(!is.na(x)) >= least, rowMeans(x, na.rm = TRUE), NA)
before <- match(paste(d$patient_id, d$session_no - 1), paste(d$patient_id, d$session_no))
d$GHES <- score(d[ghes], 5)
d$StH_A <- score(d[sta], 4)
d$StH_R <- score(d[str], 2)
d$StHAR <- ifelse(is.na(before), NA, score(cbind(d[before, sta], d[str]), 7))
phq <- read("phq9.csv")
d$phq9 <- rowSums(phq[match(d$session_id, phq$session_id), paste0("phq", 1:9)])
d$time <- d$session_no - 1
within <- function(x) x - ave(x, d$patient_id, FUN = function(v) mean(v, na.rm = TRUE))
d$StH_A_previous_within <- within(d$StH_A[before])
d$StH_R_within <- within(d$StH_R)
d$GHES_within <- within(d$GHES)
common <- d[!is.na(d$GHES) & !is.na(d$StHAR) & !is.na(d$phq9), ]
# lme4's usual optimiser stops early on some of these (GHES_time_slope at -201.019, the others at -201.001).
control <- function(optimiser) lmerControl(optimiser, check.conv.singular = "ignore")
told <- list()
fit <- function(name, formula, slope, data, reml) {
  bars <- if (slope) "(1 + time | patient_id)" else "(1 | patient_id)"
  models <- lapply(c("nloptwrap", "bobyqa", "Nelder_Mead"), function(optimiser)
    suppressMessages(suppressWarnings(lmer(as.formula(paste(formula, "+", bars)), data, REML = reml, control = control(optimiser)))))
  model <- models[[which.max(sapply(models, logLik))]]
  table <- coef(summary(model))
  rows <- sapply(rownames(table), function(term) sprintf('"%s": [%s]', term, paste(sprintf("%.10g", table[term, 1:3]), collapse = ", ")))
  told[[name]] <<- sprintf('"%s": {"n": %d, "groups": %d, "loglik": %.8f, "aic": %.8f, "bic": %.8f, "fixed": {%s}}', name,
    nobs(model), ngrps(model), logLik(model), AIC(model), BIC(model), paste(rows, collapse = ", "))
}
source <- list(
  GHES_null = list("GHES ~ 1", FALSE), GHES_time = list("GHES ~ time", FALSE), GHES_time_slope = list("GHES ~ time", TRUE),
  StHAR_null = list("StHAR ~ 1", FALSE), StHAR_time = list("StHAR ~ time", FALSE), StHAR_time_slope = list("StHAR ~ time", TRUE),
  GHES_StHAR = list("GHES ~ time + StHAR", FALSE), GHES_StHAR_slope = list("GHES ~ time + StHAR", TRUE),
  phq9_null = list("phq9 ~ 1", FALSE), phq9_time = list("phq9 ~ time", FALSE), phq9_time_slope = list("phq9 ~ time", TRUE),
  phq9_GHES = list("phq9 ~ time + GHES", FALSE), phq9_GHES_slope = list("phq9 ~ time + GHES", TRUE),
  phq9_GHES_StHAR_slope = list("phq9 ~ time + GHES + StHAR", TRUE),
  phq9_GHES_x_StHAR_slope = list("phq9 ~ time + GHES * StHAR", TRUE))
for (name in names(source)) {
  each <- source[[name]]
  fit(name, each[[1]], each[[2]], d, TRUE)
  fit(paste0(name, "_common"), each[[1]], each[[2]], common, TRUE)
  fit(paste0(name, "_common_ml"), each[[1]], each[[2]], common, FALSE)
}
fit("GHES_recommended", "GHES ~ time + StH_A_previous_within + StH_R_within", TRUE, d, TRUE)
fit("phq9_recommended", "phq9 ~ time + GHES_within + StH_A_previous_within + StH_R_within", TRUE, d, TRUE)
cat("{\n", paste(unlist(told), collapse = ",\n"), "\n}\n", sep = "")
