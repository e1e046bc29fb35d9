#include "common/store/sqlite_reports.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "common/store/sqlite_rows.h"

namespace smsweb {
namespace {

StoredReport ReadReport(const SqliteStatement& row) {
  StoredReport report;
  report.sequence = row.Int(0);
  std::ranges::copy(row.Blob(1).first(report.fingerprint.size()),
                    report.fingerprint.begin());
  report.modem = row.Text(2);
  report.sim = row.Text(3);
  report.message_reference = static_cast<int>(row.Int(4));
  report.recipient = row.Text(5);
  report.status = static_cast<int>(row.Int(6));
  report.sent_at = row.Time(7);
  report.discharged_at = row.Time(8);
  report.received_at = row.Time(9);
  return report;
}

constexpr std::string_view kUnmatched =
    "SELECT sequence, fingerprint, modem, sim, message_reference, recipient, "
    "status, sent_at, discharged_at, received_at "
    "FROM report INDEXED BY report_unmatched WHERE message IS NULL AND "
    "sim = ?1 {} ORDER BY received_at, sequence";

// Nobody holds such a message, and only a report says more of it. A repeat
// (kQueued) is the policy's decision, and needs a lease.
bool MaySettle(MessageState from, MessageState to) {
  return (from == MessageState::kSent || from == MessageState::kUnknown) &&
         to != MessageState::kQueued && MayBecome(from, to);
}

}  // namespace

SqliteReports::SqliteReports(SqliteDb& db)
    : write_(db.PrepareLater(
          "INSERT INTO report(fingerprint, modem, sim, message_reference, "
          "recipient, status, sent_at, discharged_at, received_at) "
          "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) "
          "ON CONFLICT DO NOTHING")),
      assign_(db.PrepareLater("UPDATE report SET message = ?2, part = ?3 "
                              "WHERE fingerprint = ?1 AND message IS NULL")),
      mark_(db.PrepareLater(
          "UPDATE part SET report_status = ?3, reported_at = ?4, "
          "awaits_report = iif(?5, 0, awaits_report) "
          "WHERE sequence = ?1 AND number = ?2")),
      state_(db.PrepareLater("SELECT state FROM message WHERE sequence = ?1")),
      settle_(db.PrepareLater("UPDATE message SET state = ?2, error = ?3, "
                              "updated_at = ?4 WHERE sequence = ?1")),
      unmatched_(db.PrepareLater(fmt::format(
          kUnmatched, "AND message_reference = ?3 AND received_at >= ?2"))),
      unmatched_any_(
          db.PrepareLater(fmt::format(kUnmatched, "AND received_at >= ?2"))) {}

Result<void> SqliteReports::Write(const NewReport& report) {
  write_.Bind(report.fingerprint)
      .Bind(report.modem)
      .Bind(report.sim)
      .Bind(Number(report.message_reference))
      .Bind(report.recipient)
      .Bind(Number(report.status))
      .Bind(report.sent_at)
      .Bind(report.discharged_at)
      .Bind(report.received_at);
  return RunIt(write_);
}

Result<void> SqliteReports::Settle(const Settlement& settlement) {
  if (settlement.report != kNoReport) {
    const auto assigned = Assign(settlement);
    if (!assigned) return std::unexpected(assigned.error());
    if (!*assigned) return {};
    if (auto done = MarkPart(settlement); !done) return done;
  }
  return settlement.to ? SettleMessage(settlement) : Result<void>();
}

Result<bool> SqliteReports::Assign(const Settlement& settlement) {
  const auto changed = assign_.Bind(settlement.report)
                           .Bind(settlement.sequence)
                           .Bind(Number(settlement.number))
                           .Run();
  if (!changed) return std::unexpected(changed.error());
  return *changed > 0;
}

Result<void> SqliteReports::MarkPart(const Settlement& settlement) {
  mark_.Bind(settlement.sequence)
      .Bind(Number(settlement.number))
      .Bind(Number(settlement.status))
      .Bind(settlement.at)
      .Bind(Number(settlement.final));
  return RunIt(mark_);
}

Result<void> SqliteReports::SettleMessage(const Settlement& settlement) {
  state_.Bind(settlement.sequence);
  const auto state = FirstRow(state_, [](const SqliteStatement& row) {
    return static_cast<MessageState>(row.Int(0));
  });
  if (!state) return std::unexpected(state.error());
  if (!*state || !MaySettle(**state, *settlement.to)) return {};
  settle_.Bind(settlement.sequence)
      .Bind(Number(*settlement.to))
      .BindNullIfEmpty(settlement.error)
      .Bind(settlement.at);
  return RunIt(settle_);
}

Result<std::vector<StoredReport>> SqliteReports::Unmatched(
    const std::string& sim, int message_reference, WallTime since) {
  auto& statement = message_reference < 0 ? unmatched_any_ : unmatched_;
  statement.Bind(sim).Bind(since);
  if (message_reference >= 0) statement.Bind(Number(message_reference));
  return CollectRows(statement, ReadReport);
}

}  // namespace smsweb
