# Intraclass correlations of Shrout and Fleiss' (1979) table from mean squares, by psych; Rscript psych.R > psych.csv
suppressMessages(library(psych))
table <- matrix(c(9, 2, 5, 8, 6, 1, 3, 2, 8, 4, 6, 8, 7, 1, 2, 6, 10, 5, 6, 9, 6, 2, 4, 7), ncol = 4, byrow = TRUE)
found <- ICC(table, lmer = FALSE)$results
cat("form,icc,low,high\n")
cat(sprintf("\"%s\",%.12f,%.12f,%.12f\n", c("1,1", "2,1", "3,1", "1,k", "2,k", "3,k"), found$ICC,
            found[["lower bound"]], found[["upper bound"]]), sep = "")
