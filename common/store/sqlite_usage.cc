#include "common/store/sqlite_usage.h"

#include <algorithm>
#include <set>
#include <utility>

#include "common/store/sqlite_rows.h"

namespace smsweb {
namespace {

// The table's column `period`.
constexpr std::array<std::string_view, kSimCounterCount> kColumnValues = {
    "minute", "hour", "day", "month", "recipients"};

std::string_view ColumnValue(SimCounter counter) {
  return kColumnValues[Place(counter)];
}

struct Row {
  std::string sim;
  std::size_t counter;  // kSimCounterCount: unknown
  SimUsage::Count count;
};

Row ReadRow(const SqliteStatement& row) {
  const auto period = std::ranges::find(kColumnValues, row.Text(1));
  return {.sim = std::string(row.Text(0)),
          .counter = static_cast<std::size_t>(period - kColumnValues.begin()),
          .count = {.began_at = row.Time(2), .used = row.Int(3)}};
}

}  // namespace

SqliteUsage::SqliteUsage(SqliteDb& db)
    : count_(db.PrepareLater(
          "INSERT INTO sim_usage(sim, period, began_at, used) "
          "VALUES(?1, ?2, ?3, 1) ON CONFLICT DO UPDATE SET "
          "used = iif(began_at = ?3, used, 0) + 1, began_at = ?3")),
      uncount_(
          db.PrepareLater("UPDATE sim_usage SET used = max(used - 1, 0) "
                          "WHERE sim = ?1 AND period = ?2 AND began_at = ?3")),
      all_(db.PrepareLater("SELECT sim, period, began_at, used FROM sim_usage "
                           "ORDER BY sim")),
      of_(db.PrepareLater("SELECT sim, period, began_at, used FROM sim_usage "
                          "WHERE sim = ?1")),
      knows_(db.PrepareLater("SELECT 1 FROM sim_recipient "
                             "WHERE sim = ?1 AND month = ?2 "
                             "AND recipient = ?3")),
      add_recipient_(db.PrepareLater(
          "INSERT OR IGNORE INTO sim_recipient(sim, month, recipient, parts) "
          "VALUES(?1, ?2, ?3, 0)")),
      again_(
          db.PrepareLater("UPDATE sim_recipient SET parts = parts + 1 "
                          "WHERE sim = ?1 AND month = ?2 AND recipient = ?3")),
      less_(
          db.PrepareLater("UPDATE sim_recipient SET parts = parts - 1 "
                          "WHERE sim = ?1 AND month = ?2 AND recipient = ?3")),
      remove_recipient_(db.PrepareLater(
          "DELETE FROM sim_recipient WHERE sim = ?1 AND month = ?2 "
          "AND recipient = ?3 AND parts <= 0")) {}

Result<void> SqliteUsage::Write(const SpoolerTurn& turn,
                                SpoolerTurnOutcome* outcome) {
  std::set<std::string> touched;
  const auto refused = [&](std::int64_t sequence) {
    return std::ranges::find(outcome->refused, sequence) !=
           outcome->refused.end();
  };
  for (const PartResult& result : turn.results) {
    if (!result.unused || refused(result.sequence)) continue;
    if (auto done = TakeBack(*result.unused); !done) return done;
    touched.insert(result.unused->sim);
  }
  for (const PartIntent& intent : turn.intents) {
    if (!intent.use || refused(intent.sequence)) continue;
    if (auto done = Add(*intent.use); !done) return done;
    touched.insert(intent.use->sim);
  }
  for (const std::string& sim : touched) {
    of_.Bind(sim);
    auto usage = Collect(of_);
    if (!usage) return std::unexpected(usage.error());
    std::ranges::move(*usage, std::back_inserter(outcome->usage));
  }
  return {};
}

Result<void> SqliteUsage::Add(const SimUse& use) {
  for (const SimCounter counter : kPartCounters) {
    if (auto done = Count(use, counter); !done) return done;
  }
  return AddRecipient(use);
}

Result<void> SqliteUsage::TakeBack(const SimUse& use) {
  for (const SimCounter counter : kPartCounters) {
    if (auto done = Uncount(use, counter); !done) return done;
  }
  return TakeBackRecipient(use);
}

Result<void> SqliteUsage::Count(const SimUse& use, SimCounter counter) {
  count_.Bind(use.sim).Bind(ColumnValue(counter)).Bind(use.BeganAt(counter));
  return RunIt(count_);
}

Result<void> SqliteUsage::Uncount(const SimUse& use, SimCounter counter) {
  uncount_.Bind(use.sim).Bind(ColumnValue(counter)).Bind(use.BeganAt(counter));
  return RunIt(uncount_);
}

Result<void> SqliteUsage::AddRecipient(const SimUse& use) {
  const WallTime month = use.BeganAt(SimCounter::kRecipients);
  add_recipient_.Bind(use.sim).Bind(month).Bind(use.recipient);
  const auto added = add_recipient_.Run();
  if (!added) return std::unexpected(added.error());
  if (*added > 0) {
    if (auto done = Count(use, SimCounter::kRecipients); !done) return done;
  }
  again_.Bind(use.sim).Bind(month).Bind(use.recipient);
  return RunIt(again_);
}

Result<void> SqliteUsage::TakeBackRecipient(const SimUse& use) {
  const WallTime month = use.BeganAt(SimCounter::kRecipients);
  less_.Bind(use.sim).Bind(month).Bind(use.recipient);
  if (auto done = RunIt(less_); !done) return done;
  remove_recipient_.Bind(use.sim).Bind(month).Bind(use.recipient);
  const auto removed = remove_recipient_.Run();
  if (!removed) return std::unexpected(removed.error());
  return *removed > 0 ? Uncount(use, SimCounter::kRecipients) : Result<void>{};
}

Result<std::vector<SimUsage>> SqliteUsage::All() { return Collect(all_); }

// SIM after SIM.
Result<std::vector<SimUsage>> SqliteUsage::Collect(SqliteStatement& statement) {
  const auto rows = CollectRows(statement, ReadRow);
  if (!rows) return std::unexpected(rows.error());
  std::vector<SimUsage> all;
  for (const Row& row : *rows) {
    if (row.counter == kSimCounterCount) continue;
    if (all.empty() || all.back().sim != row.sim) {
      all.push_back({.sim = row.sim});
    }
    all.back().counts[row.counter] = row.count;
  }
  return all;
}

Result<bool> SqliteUsage::Knows(const SimMonth& month,
                                const std::string& recipient) {
  knows_.Bind(month.sim).Bind(month.began_at).Bind(recipient);
  return AnyRow(knows_);
}

}  // namespace smsweb
