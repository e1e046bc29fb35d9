#include "common/store/sqlite_message_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/store/sqlite_rows.h"

namespace smsweb {
namespace {

Message ReadMessage(const SqliteStatement& row) {
  Message message;
  message.sequence = row.Int(0);
  message.id = ReadUuid(row, 1);
  message.message_class = static_cast<MessageClass>(row.Int(2));
  message.state = static_cast<MessageState>(row.Int(3));
  message.recipient = row.Text(4);
  message.text = row.Text(5);
  message.parts = static_cast<int>(row.Int(6));
  message.reference = row.Text(7);
  message.created_at = row.Time(8);
  message.not_before = row.Time(9);
  message.expires_at = row.Time(10);
  message.attempts = static_cast<int>(row.Int(11));
  message.modem = row.Text(12);
  message.error = row.Text(13);
  message.updated_at = row.Time(14);
  message.coding = row.Text(15);
  message.report = row.Int(16) != 0;
  message.in_doubt = row.Int(17) != 0;
  message.lane = row.Text(18);
  message.client = row.Text(19);
  message.callback_url = row.Text(20);
  message.repeat_unknown = row.Int(21) != 0;
  message.avoid = row.Text(22);
  const auto seal = row.Blob(23);
  message.seal.assign(seal.begin(), seal.end());
  return message;
}

Part ReadPart(const SqliteStatement& row) {
  return {.number = static_cast<int>(row.Int(0)),
          .state = static_cast<PartState>(row.Int(1)),
          .modem = std::string(row.Text(2)),
          .message_reference = static_cast<int>(row.Int(3)),
          .error_code = static_cast<int>(row.Int(4)),
          .intended_at = row.Time(5),
          .sim = std::string(row.Text(6)),
          .report_status = static_cast<int>(row.Int(7)),
          .reported_at = row.Time(8)};
}

}  // namespace

std::string MessageColumns(std::string_view text) {
  return fmt::format(
      "sequence, id, class, state, recipient, {}, parts, reference, "
      "created_at, not_before, expires_at, attempts, modem, error, updated_at, "
      "coding, report, in_doubt, lane, client, callback_url, repeat_unknown, "
      "avoid, seal",
      text);
}

std::string TextIn(std::string_view state, bool keep_texts) {
  return fmt::format("iif({} NOT IN (0, 1) AND {}, '', text)", state,
                     keep_texts ? "class = 0" : "true");
}

Result<std::vector<Message>> CollectMessages(SqliteStatement& statement) {
  return CollectRows(statement, ReadMessage);
}

SqliteMessageRows::SqliteMessageRows(SqliteDb& db)
    : parts_(db.PrepareLater(
          "SELECT number, state, modem, message_reference, error_code, "
          "intended_at, sim, report_status, reported_at FROM part "
          "WHERE sequence = ?1 ORDER BY number")) {}

Result<void> SqliteMessageRows::AddParts(Message& message) {
  parts_.Bind(message.sequence);
  auto parts = CollectRows(parts_, ReadPart);
  if (!parts) return std::unexpected(parts.error());
  message.part_records = std::move(*parts);
  return {};
}

Result<std::vector<Message>> SqliteMessageRows::CollectWithParts(
    SqliteStatement& statement) {
  auto messages = CollectMessages(statement);
  if (!messages) return messages;
  for (Message& message : *messages) {
    if (auto done = AddParts(message); !done) {
      return std::unexpected(done.error());
    }
  }
  return messages;
}

}  // namespace smsweb
