// [retention]: how long what has ended is kept.
#include "common/config/sections.h"

namespace smsweb {
namespace {

constexpr std::int64_t kDay = 24 * 3600;
constexpr std::int64_t kLongest = 100 * 365 * kDay;
// An application looks at what became of its message, and a report or a webhook
// may still be on its way.
constexpr std::int64_t kShortest = 3600;
// A webhook is tried for three days, and reads the inbox each time.
constexpr std::int64_t kShortestInbox = 4 * kDay;

void ReadKept(TableReader& table, std::string_view key, std::int64_t shortest,
              std::chrono::seconds* out) {
  table.ReadSeconds(key, out, 0, kLongest);
  if (out->count() > 0 && out->count() < shortest) {
    table.Refuse(key,
                 fmt::format("takes 0 (for ever), or seconds from {} to {}",
                             shortest, kLongest));
  }
}

}  // namespace

void ReadRetention(TableReader table, RetentionConfig* out) {
  ReadKept(table, "delivered", kShortest, &out->delivered);
  ReadKept(table, "undelivered", kShortest, &out->undelivered);
  ReadKept(table, "sent", kShortest, &out->sent);
  ReadKept(table, "unknown", kShortest, &out->unknown);
  ReadKept(table, "failed", kShortest, &out->failed);
  ReadKept(table, "expired", kShortest, &out->expired);
  ReadKept(table, "cancelled", kShortest, &out->cancelled);
  table.ReadSeconds("texts", &out->texts, 0, kLongest);
  ReadKept(table, "verifications", kShortest, &out->verifications);
  ReadKept(table, "inbox", kShortestInbox, &out->inbox);
  table.RefuseUnknownKeys();
}

}  // namespace smsweb
