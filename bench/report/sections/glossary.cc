// What the columns mean, in short.
#include "bench/report/sections.h"

namespace smsweb::bench {

void AddGlossary(Document& document) {
  document.Add(Heading{2, "What the columns mean"});
  Table table{.columns = {{"column"}, {"meaning"}}};
  const std::pair<const char*, const char*> kMeanings[] = {
      {"load",
       "how many requests in all, and how many of them at once; in an "
       "open loop, how many a second for how long"},
      {"CPU %, memory %",
       "the largest sample of the run, of the whole machine"},
      {"Rx B/s, Tx B/s",
       "the largest sample of bytes a second received and "
       "sent, by all interfaces, loopback too"},
      {"seconds", "from the first request to the last answer"},
      {"requests/s", "answers a second, whatever they say: as ab counts"},
      {"2xx/s", "answers with 2xx a second: goodput"},
      {"not 2xx", "answers that refuse or fail, as HTTP says it"},
      {"no answer",
       "requests that were refused a connection, cut off, or not "
       "answered in time"},
      {"lost", "answers with 2xx whose message is not in the queue"},
      {"median, 90 %, 99 %, 99.9 %", "so many of all took no longer"},
      {"CPU a message",
       "CPU time of web server, endpoint and spooler, divided "
       "by the answers with 2xx"},
      {"apart",
       "best and worst run of a row, in goodput, as a part of the "
       "median"},
      {"nothing fails at",
       "the greatest number of requests at once at which "
       "all got their 2xx, as often as it was tried"},
      {"knee",
       "the lowest concurrency with nine tenths of the best goodput: "
       "more at once only wait longer"},
      {"Erlang",
       "how many modems a rate of messages keeps busy on the average"},
  };
  for (const auto& [column, meaning] : kMeanings) {
    table.rows.push_back({{column, meaning}});
  }
  document.Add(std::move(table));
}

}  // namespace smsweb::bench
