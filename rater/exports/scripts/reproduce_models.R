# Linear mixed models by lme4, with Satterthwaite's degrees of freedom by lmerTest.

NUMBER <- "^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,2})?$"

# A row for each session: codes, time, variables, and the patient's covariates, numbers where all cells are.
model_table <- function(analysed, variables, number, before) {
  blank <- function(x) ifelse(x == "", NA, x)
  table <- list(session_id = analysed$session_id, patient_id = analysed$patient_id, therapist_id = analysed$therapist_id,
                phase = blank(analysed$phase), session_no = number, time = number - 1)
  for (name in names(variables)) table[[name]] <- variables[[name]]
  patients <- read("patients.csv")
  for (name in setdiff(names(patients), c("patient_id", names(table)))) {
    cells <- blank(trimws(patients[[name]]))
    if (all(grepl(NUMBER, cells[!is.na(cells)]))) cells <- as.numeric(cells)
    table[[name]] <- cells[match(analysed$patient_id, patients$patient_id)]
  }
  list(columns = table, before = before)
}

# A variable by name: of the session before, the patient's mean, or the deviation from it, where its ending says so.
variable <- function(table, name) {
  if (name %in% names(table$columns)) return(table$columns[[name]])
  ending <- sub("^.*(_previous|_within|_between)$", "\\1", name)
  if (ending == name) return(NULL)
  base <- variable(table, substr(name, 1, nchar(name) - nchar(ending)))
  if (is.null(base)) return(NULL)
  if (ending == "_previous") return(base[table$before])
  mean <- ave(base, table$columns$patient_id, FUN = function(x) mean(x, na.rm = TRUE))
  if (ending == "_within") base - mean else ifelse(is.na(base), NA, mean)
}

TOKEN <- "`[^`]+`|[^ ~+:*`]+|[~+:*]"
tokens <- function(formula) regmatches(formula, gregexpr(TOKEN, formula))[[1]]

OPTIMISERS <- c("nloptwrap", "bobyqa")

# The fit with the highest likelihood of two optimisers: the usual one stops early on some data.
best_fit <- function(formula, data, reml) {
  fit_by <- function(optimiser, lmer) {
    control <- lme4::lmerControl(optimiser, check.conv.singular = "ignore", calc.derivs = FALSE)
    suppressWarnings(suppressMessages(lmer(formula, data, REML = reml, control = control)))
  }
  fits <- lapply(OPTIMISERS, fit_by, lmer = lme4::lmer)
  best <- which.max(vapply(fits, function(fit) as.numeric(logLik(fit)), 0))
  if (has("lmerTest")) fit_by(OPTIMISERS[best], lmerTest::lmer) else fits[[best]]
}

# The variables of a model with the rows that have all of them; none where it cannot have any.
rows_of <- function(name, table, common) {
  at <- paste0("analysis/models/", name, "/")
  parts <- tokens(text_at(paste0(at, "formula")))
  slope <- text_at(paste0(at, "random_slope"))
  group <- text_at(paste0(at, "group"))
  used <- gsub("`", "", parts[!grepl("^[~+:*1]$", parts)])
  used <- unique(c(used, group, if (!is.na(slope)) slope))
  data <- lapply(setNames(nm = used), function(each) variable(table, each))
  keep <- rep(TRUE, length(table$columns$session_id))
  if (text_at(paste0(at, "sample")) == "common") for (each in common) {
    cells <- variable(table, each)
    keep <- keep & !is.null(cells) & !is.na(c(cells, if (is.null(cells)) rep(NA, length(keep))))
  }
  numbers <- vapply(data[c(used[1], if (!is.na(slope)) slope)], function(x) is.numeric(x) || all(is.na(x)), NA)
  whole <- !any(vapply(data, is.null, NA)) && all(numbers)
  rows <- if (whole) keep & Reduce(`&`, lapply(data, function(x) !is.na(x))) else keep & FALSE
  groups <- if (any(rows)) length(unique(data[[group]][rows])) else 0
  tell(paste0(at, c("n", "dropped", "groups")), c(sum(rows), sum(keep) - sum(rows), groups))
  list(at = at, parts = parts, slope = slope, group = group, used = used, data = data, rows = rows)
}

# Names of variables and levels are replaced by plain ones and put back, since they may hold any sign.
fit_model <- function(of) {
  used <- of$used
  plain_names <- sprintf("VAR%02d_", seq_along(used))
  back <- setNames(used, plain_names)
  frame <- list()
  for (i in seq_along(used)) {
    x <- of$data[[i]][of$rows]
    if (is.character(x)) {
      levels <- sort(unique(x), method = "radix")
      codes <- sprintf("LEV%02d%04d_", i, seq_along(levels))
      back[codes] <- levels
      x <- factor(codes[match(x, levels)], codes)
    }
    frame[[plain_names[i]]] <- x
  }
  word <- function(x) ifelse(grepl("^[~+:*1]$", x), x, plain_names[match(gsub("`", "", x), used)])
  slope <- if (is.na(of$slope)) "" else paste("+", word(of$slope))
  formula <- as.formula(paste(c(word(of$parts), sprintf("+ (1 %s| %s)", slope, word(of$group))), collapse = " "))
  list(fit = best_fit(formula, as.data.frame(frame), text_at(paste0(of$at, "reml")) == "true"), back = back)
}

tell_fit <- function(of, made) {
  at <- of$at
  fit <- made$fit
  likelihood <- logLik(fit)
  tell(paste0(at, c("loglik", "df", "aic", "bic")), c(likelihood, attr(likelihood, "df"), AIC(fit), BIC(fit)))
  effects <- coef(summary(fit))
  terms <- rownames(effects)
  for (each in names(made$back)) terms <- gsub(each, made$back[[each]], terms, fixed = TRUE)
  for (i in seq_along(terms)) {
    path <- paste0(at, "fixed/", terms[i], "/")
    estimate <- effects[i, "Estimate"]
    error <- effects[i, "Std. Error"]
    tell(paste0(path, c("estimate", "se", "t")), c(estimate, error, estimate / error))
    if ("df" %in% colnames(effects)) {
      df <- effects[i, "df"]
      reach <- qt(0.975, df) * error
      tell(paste0(path, c("df", "p", "ci95/0", "ci95/1")), c(df, effects[i, "Pr(>|t|)"], estimate - reach, estimate + reach))
    }
  }
  variances <- lme4::VarCorr(fit)[[1]]
  residual <- sigma(fit)^2
  tell(paste0(at, "random/", c("var_intercept", "var_residual"), "/value"), c(variances[1, 1], residual))
  if (!is.na(of$slope)) tell(paste0(at, "random/", c("var_slope", "cov"), "/value"), c(variances[2, 2], variances[1, 2]))
  if (identical(of$parts[-(1:2)], "1") && is.na(of$slope)) tell(paste0(at, "icc/value"), variances[1, 1] / (variances[1, 1] + residual))
}

tell_models <- function(table) {
  common <- unname(below("analysis/common_sample"))
  likelihoods <- list()
  for (name in children("analysis/models")) {
    of <- rows_of(name, table, common)
    if (!has("lme4") || !has_value(paste0(of$at, "loglik"))) next
    made <- fit_model(of)
    tell_fit(of, made)
    likelihoods[[name]] <- logLik(made$fit)
    against <- text_at(paste0(of$at, "comparison/against"))
    if (is.na(against) || !has_value(paste0(of$at, "comparison/chi2"))) next
    smaller <- likelihoods[[against]]
    chi2 <- max(0, 2 * (as.numeric(likelihoods[[name]]) - as.numeric(smaller)))
    df <- attr(likelihoods[[name]], "df") - attr(smaller, "df")
    tell(paste0(of$at, "comparison/", c("chi2", "df", "p")), c(chi2, df, pchisq(chi2, df, lower.tail = FALSE)))
  }
}
