# Recomputes the figures of results.json from the CSV files beside it, prints each of them, and says what differs.
#
#     Rscript reproduce.R
#
# It needs the packages lme4, lmerTest and psych, reads the files of the folder of this script, else of the working
# folder, and shares no code with the program that wrote them; reproduce_*.R are its parts. Not recomputed are words
# (labels, reasons, definitions), settings of the study, how many assignments were open, which ratings were imported,
# and the limits of omega and of the variances of models.
#
# A figure may differ by 1e-6, relative to figures above 1: counts are exact. Where a fit ends within a tolerance more is
# allowed: omega 2e-3, fixed effects 1e-3, log-likelihood 1e-2, variances of models 1 in 1000 and Satterthwaite's degrees
# of freedom 2 in 100. A limit of `overall` comes of random draws: of the script's own draws, 2.5 % +- 0.7 % must lie beyond it.
# The exit status is 1 where a figure differs or is left out because a package is missing.

PACKAGES <- c("lme4", "lmerTest", "psych")
lacking <- setdiff(PACKAGES, rownames(installed.packages()))
has <- function(package) !package %in% lacking
script <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))
if (length(script)) setwd(dirname(script))

# What cannot be had without a package: of the paths that match, all.
NEEDED <- list(psych = "^reliability/.*/icc/[12],|^reliability/.*/icc/3,|/summary/icc_2_k/(mean|median|min|max)$",
               lme4 = "/overall/(variance|icc_|sem|g_q_k|analysed_file|loglik)|^analysis/models/",
               lmerTest = "^analysis/models/.*/fixed/.*/(df|p|ci95/[01])$")
NOT_RECOMPUTED <- paste0("/(assignments|not_submitted)$|/(labels|not_estimable)/|/omega/ci95/|",
                         "/models/[^/]+/(random/[^/]+|icc)/ci95/|",
                         "/reason_parts/|/design/(made_here|imported|heard_share|seed|draw/seed|scales/.*)$|/n$")
# By how much figures may differ that a fit ends in: a number, and a share of the figure, added up.
TOLERANCES <- list("/omega/value$" = c(2e-3, 0), "/models/.*/(loglik|aic|bic|chi2)$" = c(1e-2, 0),
                   "/models/.*/fixed/.*/df$" = c(0, 2e-2), "/models/.*/fixed/.*/(t|ci95/[01])$" = c(1e-3, 1e-2),
                   "/models/.*/random/" = c(1e-4, 1e-3), "/models/.*/(fixed|icc|comparison)/" = c(1e-3, 0))
Z <- qnorm(0.975)

# An apostrophe stands before text that a spreadsheet would take for a formula.
plain <- function(x) sub("^'('*[-=+@\t\r])", "\\1", x)

read <- function(name) {
  table <- read.csv(name, colClasses = "character", na.strings = character(), check.names = FALSE,
                    encoding = "UTF-8")
  names(table) <- plain(names(table))
  table[] <- lapply(table, plain)
  table
}

# The values of results.json as text by path, in which keys and places are joined by /; the file has one key a line.
read_results <- function(name) {
  lines <- sub(",$", "", trimws(readLines(name, encoding = "UTF-8")))
  keyed <- grepl('^"([^"\\\\]|\\\\.)*": ', lines)
  keys <- gsub('\\\\(["\\\\])', "\\1", sub('^"(([^"\\\\]|\\\\.)*)": .*$', "\\1", lines))
  cells <- ifelse(keyed, sub('^"([^"\\\\]|\\\\.)*": ', "", lines), lines)
  closes <- cells %in% c("}", "]")
  opens <- cells %in% c("{", "[")
  paths <- character(length(lines))
  at <- ""
  place <- 0L
  depth <- 1L
  for (i in seq_along(lines)) {
    if (closes[i]) {
      depth <- depth - 1L
      next
    }
    own <- paste0(at[depth], "/", if (keyed[i]) keys[i] else place[depth])
    place[depth] <- place[depth] + 1L
    if (opens[i]) {
      depth <- depth + 1L
      at[depth] <- own
      place[depth] <- 0L
    } else {
      paths[i] <- own
    }
  }
  kept <- paths != "" & !cells %in% c("{}", "[]")
  setNames(cells[kept], sub("^/0/", "", paths[kept]))
}

values <- read_results("results.json")
# In a locale without the letters of a name both the index and those who ask it spell them out, and R warns of it.
index <- suppressWarnings(list2env(as.list(setNames(seq_along(values), names(values))), hash = TRUE))
below <- function(path) words(values[startsWith(names(values), paste0(path, "/"))])
words <- function(text) gsub('\\\\(["\\\\])', "\\1", gsub('^"|"$', "", text))
children <- function(path) unique(sub("/.*$", "", substring(names(below(path)), nchar(path) + 2)))
text_at <- function(path) {
  if (!exists(path, index, inherits = FALSE)) return(NA_character_)
  text <- unname(values[get(path, index)])
  if (text == "null") NA_character_ else words(text)
}
number_at <- function(path) suppressWarnings(as.numeric(text_at(path)))
has_value <- function(path) !is.na(number_at(path))

told <- list()
tell <- function(paths, found) told[[length(told) + 1L]] <<- setNames(as.numeric(found), paths)
tell_figure <- function(path, value, limits) tell(paste0(path, c("/value", "/ci95/0", "/ci95/1")), c(value, limits))
complete <- function(table) table[stats::complete.cases(table), , drop = FALSE]

for (part in c("agreement", "reliability", "consistency", "halo", "analysis", "models")) source(paste0("reproduce_", part, ".R"))

sessions <- read("sessions.csv")
long <- read("ratings_long.csv")
for (name in c("value", "scored")) long[[name]] <- as.numeric(ifelse(long[[name]] == "", NA, long[[name]]))
tell_counts(sessions, long)
for (wave in children("reliability")) tell_reliability(wave, sessions, long)
if (length(below("analysis"))) tell_analysis(sessions, long)

told <- unlist(told)
told <- told[!duplicated(names(told), fromLast = TRUE)]
wanted <- values[grepl("^(counts|reliability|analysis)/", names(values)) & grepl("^-?[0-9.]+(e[-+]?[0-9]+)?$|^null$", values)]
paths <- sort(union(names(told), names(wanted)), method = "radix")
known <- paths %in% names(wanted)
value <- suppressWarnings(as.numeric(wanted[match(paths, names(wanted))]))
found <- unname(told[match(paths, names(told))])
tolerance <- 1e-6 * pmax(1, abs(value))
for (pattern in rev(names(TOLERANCES))) {
  fits <- grepl(pattern, paths)
  tolerance[fits] <- TOLERANCES[[pattern]][1] + TOLERANCES[[pattern]][2] * abs(value[fits])
}

nothing <- is.na(value) & (known | sub("/[01]$", "", paths) %in% names(wanted) | is.na(found))
aside <- !paths %in% names(told) & grepl(NOT_RECOMPUTED, paths)
package <- rep("", length(paths))
for (each in lacking) package[package == "" & grepl(NEEDED[[each]], paths)] <- each
out <- !nothing & !aside & package != "" & is.na(found)
compared <- !nothing & !aside & !out
agrees <- compared & !is.na(value) & !is.na(found) & abs(found - value) <= tolerance
number <- function(x) formatC(x, digits = 10, format = "g", width = -1)
line <- ifelse(agrees, paste0("ok       ", paths, "  ", number(value)),
        ifelse(out, paste0("LEFT OUT ", paths, "  the package ", package, " is missing"),
               paste0("DIFFERS  ", paths, "  results.json ", number(value), ", recomputed ", number(found))))
cat(line[compared | out], sep = "\n")
without <- sum(grepl("/value$", names(wanted)) & wanted == "null")
if (any(out)) cat("Left out: install.packages(c(", toString(dQuote(unique(package[out]), FALSE)), "))\n", sep = "")
cat(sum(agrees), " figures agree, ", sum(compared & !agrees), " differ, ", sum(out), " are left out, ",
    without, " have a reason instead of a value\n", sep = "")
quit(status = if (any(compared & !agrees) || any(out)) 1 else 0)
