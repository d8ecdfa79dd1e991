# How many recommendations of each State under review have which status, in base R with jsonlite.
# UPR_API names another installation.
library(jsonlite)

api <- Sys.getenv("UPR_API", "http://127.0.0.1:8000/api/v1")

# A list, page after page: follow `next` until there is none.
pages <- function(address) {
  rows <- list()
  while (!is.null(address)) {
    page <- fromJSON(address, simplifyVector = FALSE)
    rows <- c(rows, page$results)
    address <- page$`next`
  }
  rows
}

rows <- pages(paste0(api, "/recommendations/?session=48&page_size=200"))
status <- vapply(rows, function(row) {
  if (is.null(row$lead_assessment)) "not_assessed" else row$lead_assessment$status
}, "")
state <- vapply(rows, function(row) row$state$iso3, "")
print(table(state, status))

# Everything at once as a data frame; the last line, a comment, says that it is complete. Every column is text, and an
# absent value an empty one: with R's own settings "NA" (Namibia) would be missing, and "068" the number 68.
all <- read.csv(paste0(api, "/recommendations.csv?session=48"), comment.char = "#", colClasses = "character",
                na.strings = character(0))
all$number_of_states <- as.integer(all$number_of_states)
print(nrow(all))

# What has changed.
changes <- fromJSON(paste0(api, "/changes/?after=0&page_size=50"))
print(changes$newest)
