# Reference values of R's nlme for tests of pilots: Rscript nlme.R > nlme.toml
#
# Each series is fitted by
#   gls(y ~ ..., correlation = corCAR1(form = ~day) or corAR1(form = ~day), method = "REML")
# with columns of the segmented regression as they are told in gateway/indicators/segmented.py.
library(nlme)
sharp <- glsControl(tolerance = 1e-13, msTol = 1e-15, maxIter = 1000, msMaxIter = 1000)
RNGkind("Mersenne-Twister", "Inversion", "Rejection")

told <- function(x) paste(sprintf("%.15g", x), collapse = ", ")

errors <- function(n, rho) {
  e <- numeric(n)
  e[1] <- rnorm(1)
  for (i in 2:n) e[i] <- rho * e[i - 1] + sqrt(1 - rho^2) * rnorm(1)
  e
}

# days: numbers of days, 1 a Monday; begins: the first with the pilot
case <- function(name, days, begins, y, formula, shape = "level", correlation = corCAR1(form = ~day),
                 weekdays = FALSE, control = NULL, mix = NULL, weights = NULL, since = begins) {
  frame <- data.frame(day = days, y = if (is.null(control)) y else y - control)
  frame$level <- as.numeric(days >= since)
  frame$trend <- days - begins
  frame$slope <- frame$trend * frame$level
  for (i in 2:7) {
    names <- c("", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    frame[[names[i]]] <- as.numeric((days - 1) %% 7 == i - 1)
  }
  frame$mix <- if (is.null(mix)) 0 else mix
  frame$v <- if (is.null(weights)) 1 else mean(weights) / weights
  kept <- frame[days < begins | days >= since, ]
  fit <- gls(formula, data = kept, correlation = correlation, method = "REML", control = sharp,
             weights = if (is.null(weights)) NULL else varFixed(~v))
  cat("\n[[series]]\nname = \"", name, "\"\n", sep = "")
  cat("shape = \"", shape, "\"\nweekdays = ", tolower(weekdays), "\nbegins = ", begins, "\nsince = ", since, "\n", sep = "")
  cat("days = [", told(days), "]\n", sep = "")
  cat("y = [", told(y), "]\n", sep = "")
  if (!is.null(control)) cat("control = [", told(control), "]\n", sep = "")
  if (!is.null(mix)) cat("mix = [", told(mix), "]\n", sep = "")
  if (!is.null(weights)) cat("weights = [", told(weights), "]\n", sep = "")
  names <- names(coef(fit))
  names[1] <- "base"
  names[names == "mix"] <- "mix:a"
  cat("call = \"gls(", deparse(formula, 500), ", ", class(correlation)[1], ")\"\n", sep = "")
  cat("names = [", paste0("\"", names, "\"", collapse = ", "), "]\n", sep = "")
  cat("coefficients = [", told(coef(fit)), "]\n", sep = "")
  cat("u = [", told(sqrt(diag(vcov(fit)))), "]\n", sep = "")
  cat("rho = ", told(coef(fit$modelStruct$corStruct, unconstrained = FALSE)), "\n", sep = "")
  cat("sigma = ", told(fit$sigma), "\nlog_likelihood = ", told(as.numeric(logLik(fit))), "\n", sep = "")
  white <- resid(fit, type = "normalized")
  cat("normalised = [", told(white[c(1, 2, length(white))]), "]\n", sep = "")
}

cat("# Written by nlme.R with R", paste(R.version$major, R.version$minor, sep = "."), "and nlme",
    as.character(packageVersion("nlme")), "\n")

set.seed(20260501)
d <- 1:60
oee <- function(rho, days, step = 0.05) round(0.6 + step * (days > 30) + 0.03 * errors(max(days), rho)[days], 6)
case("no gaps", d, 31, oee(0.6, d), y ~ level)
set.seed(20260508)
case("no gaps, AR(1)", d, 31, oee(0.7, d), y ~ level, correlation = corAR1(form = ~day))
set.seed(2)
g <- sort(sample(1:120, 75))
case("gaps", g, 61, oee(0.7, g), y ~ level)
set.seed(3)
w <- (1:98)[(0:97) %% 7 < 6]
case("six days a week, weekdays", w, 50, round(oee(0.5, w) - 0.02 * ((w - 1) %% 7 == 0), 6),
     y ~ tuesday + wednesday + thursday + friday + saturday + level, weekdays = TRUE)
set.seed(4)
case("level and slope", d, 31, round(oee(0.6, d) + 0.002 * pmax(d - 31, 0) - 0.001 * d, 6), y ~ trend + level + slope,
     shape = "level_and_slope")
set.seed(59)
case("rho near 0", d, 31, oee(0.05, d), y ~ level)
set.seed(16)
l <- 1:200
case("rho near 0.95", l, 101, round(100 + 3 * (l > 100) + 5 * errors(200, 0.97), 6), y ~ level)
set.seed(7)
case("alternating days", d, 31, oee(-0.5, d), y ~ level, correlation = corAR1(form = ~day))
set.seed(8)
case("alternating days with gaps", g, 61, oee(-0.6, g), y ~ level, correlation = corAR1(-0.2, form = ~day))
set.seed(9)
case("a common trend", d, 31, round(oee(0.5, d) + 0.003 * d, 6), y ~ trend + level, shape = "level_over_trend")
set.seed(10)
both <- round(0.05 * errors(60, 0.8), 6)
case("control by difference", d, 31, round(oee(0.4, d) + both, 6), y ~ level,
     control = round(0.55 + both + 0.02 * errors(60, 0.3), 6))
set.seed(11)
planned <- sample(c(8, 16, 24), 60, replace = TRUE)
case("weights", d, 31, round(0.6 + 0.05 * (d > 30) + 0.06 * errors(60, 0.6) / sqrt(planned / 8), 6), y ~ level,
     weights = planned)
set.seed(12)
share <- round(runif(60), 3)
case("mix", d, 31, round(oee(0.6, d) - 0.1 * share, 6), y ~ mix + level, mix = share)
set.seed(13)
h <- c(1:40, 75:140)
case("a month's hole and a washout, kilowatt hours", h, 81,
     round(5e5 - 2e4 * (h > 80) + 1e4 * errors(140, 0.6)[h], 2), y ~ level, since = 96)
set.seed(14)
y <- round(250 + cumsum(rnorm(60)) * 4 + rnorm(60) * 6, 4)
case("a walk seen with noise, level and slope", d, 31, y, y ~ trend + level + slope, shape = "level_and_slope")
