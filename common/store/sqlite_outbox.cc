#include "common/store/sqlite_outbox.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/base/digest.h"
#include "common/base/web_url.h"
#include "common/store/message_json.h"
#include "common/store/sqlite_rows.h"

namespace smsweb {
namespace {

// Behind a receiver's name, no other name comes before it.
constexpr char kLowest = '\1';
constexpr int kMostDroppedAtOnce = 1'000;

bool MayBeLast(MessageState state) {
  return IsFinal(state) || state == MessageState::kUnknown ||
         state == MessageState::kSent;
}

// The same for the same end of the same message, whoever writes it down (UUID
// version 8, RFC 9562 § 5.8).
Uuid IdOfEnd(const Message& message) {
  const auto digest =
      Blake2b({ToString(message.id), ToString(message.state),
               std::to_string(message.updated_at.time_since_epoch().count())});
  Uuid id;
  std::ranges::copy_n(digest.begin(), id.bytes.size(), id.bytes.begin());
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | 0x80);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3F) | 0x80);
  return id;
}

std::string EndText(const Message& message) {
  using Json = nlohmann::ordered_json;
  const Json json = {
      {"type", "message." + std::string(ToString(message.state))},
      {"timestamp", FormatRfc3339(message.updated_at)},
      {"data", MessageJson(message)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string OriginOf(const std::string& text) {
  const auto url = ParseWebUrl(text);
  return url ? url->Origin() : text;
}

OutboxItem ReadItem(const SqliteStatement& row) {
  OutboxItem item;
  item.sequence = row.Int(0);
  item.id = ReadUuid(row, 1);
  item.kind = row.Text(2);
  item.subject = row.Int(3);
  item.created_at = row.Time(4);
  item.attempts = static_cast<int>(row.Int(5));
  item.due_at = row.Time(6);
  item.receiver = row.Text(7);
  item.url = row.Text(8);
  item.body = row.Text(9);
  return item;
}

}  // namespace

SqliteOutbox::SqliteOutbox(SqliteDb& db, SqliteQueue& queue)
    : queue_(queue),
      inbound_(db.PrepareLater(
          "INSERT INTO outbox(id, kind, subject, created_at, due_at) "
          "VALUES(?1, 'inbound', ?2, ?3, ?3) ON CONFLICT DO NOTHING")),
      ended_(db.PrepareLater("SELECT 1 FROM message WHERE sequence = ?1 AND "
                             "callback_url IS NOT NULL AND state = ?2 AND "
                             "updated_at = ?3 AND (state <> 2 OR NOT EXISTS("
                             "SELECT 1 FROM part WHERE part.sequence = ?1 AND "
                             "awaits_report = 1))")),
      reported_(db.PrepareLater("SELECT 1 FROM message WHERE sequence = ?1 AND "
                                "callback_url IS NOT NULL AND state = 2 AND "
                                "NOT EXISTS(SELECT 1 FROM part WHERE "
                                "part.sequence = ?1 AND awaits_report = 1)")),
      put_in_(db.PrepareLater(
          "INSERT INTO outbox(id, kind, subject, created_at, due_at, receiver, "
          "url, body) VALUES(?1, 'message', ?2, ?3, ?3, ?4, ?5, ?6) "
          "ON CONFLICT DO NOTHING")),
      // From one receiver to the next, whatever lies between.
      receiver_(db.PrepareLater(
          "SELECT receiver, due_at FROM outbox INDEXED BY outbox_receiver "
          "WHERE receiver >= ?1 ORDER BY receiver, due_at LIMIT 1")),
      items_(db.PrepareLater(
          "SELECT sequence, id, kind, subject, created_at, attempts, due_at, "
          "receiver, url, body FROM outbox INDEXED BY outbox_receiver "
          "WHERE receiver = ?1 ORDER BY due_at, sequence LIMIT ?2")),
      finish_(db.PrepareLater("DELETE FROM outbox WHERE sequence = ?1")),
      retry_(db.PrepareLater(
          "UPDATE outbox SET attempts = attempts + 1, due_at = ?2, error = ?3 "
          "WHERE sequence = ?1")),
      drop_(db.PrepareLater(
          "DELETE FROM outbox WHERE sequence IN (SELECT sequence FROM outbox "
          "INDEXED BY outbox_receiver WHERE receiver = ?1 AND due_at < ?2 "
          "LIMIT ?3)")) {}

Result<void> SqliteOutbox::TellOfInbound(const Uuid& id, std::int64_t subject,
                                         WallTime now) {
  news_ = true;
  inbound_.Bind(id.bytes).Bind(subject).Bind(now);
  return RunIt(inbound_);
}

Result<void> SqliteOutbox::TellOfEnd(std::int64_t sequence, MessageState state,
                                     WallTime at) {
  if (!MayBeLast(state)) return {};
  ended_.Bind(sequence).Bind(Number(state)).Bind(at);
  const auto ended = AnyRow(ended_);
  if (!ended) return std::unexpected(ended.error());
  return *ended ? PutIn(sequence) : Result<void>();
}

Result<void> SqliteOutbox::TellOfLastReport(std::int64_t sequence) {
  reported_.Bind(sequence);
  const auto last = AnyRow(reported_);
  if (!last) return std::unexpected(last.error());
  return *last ? PutIn(sequence) : Result<void>();
}

// As it is at this moment: it may be gone when it is told.
Result<void> SqliteOutbox::PutIn(std::int64_t sequence) {
  const auto message = queue_.Find(sequence);
  if (!message) return std::unexpected(message.error());
  news_ = true;
  const Uuid id = IdOfEnd(*message);
  const std::string receiver = OriginOf(message->callback_url);
  const std::string body = EndText(*message);
  put_in_.Bind(id.bytes)
      .Bind(message->sequence)
      .Bind(message->updated_at)
      .Bind(receiver)
      .Bind(message->callback_url)
      .Bind(body);
  return RunIt(put_in_);
}

Result<std::vector<OutboxReceiver>> SqliteOutbox::Receivers() {
  std::vector<OutboxReceiver> receivers;
  for (std::string from;;) {
    receiver_.Bind(from);
    auto next = FirstRow(receiver_, [](const SqliteStatement& row) {
      return OutboxReceiver{std::string(row.Text(0)), row.Time(1)};
    });
    if (!next) return std::unexpected(next.error());
    if (!*next) return receivers;
    receivers.push_back(std::move(**next));
    from = receivers.back().receiver + kLowest;
  }
}

Result<std::vector<OutboxItem>> SqliteOutbox::ItemsFor(
    const std::string& receiver, int limit) {
  items_.Bind(receiver).Bind(Number(limit));
  return CollectRows(items_, ReadItem);
}

Result<void> SqliteOutbox::Record(const OutboxTry& outcome) {
  if (!outcome.again_at) {
    finish_.Bind(outcome.sequence);
    return RunIt(finish_);
  }
  retry_.Bind(outcome.sequence)
      .Bind(*outcome.again_at)
      .BindNullIfEmpty(outcome.error);
  return RunIt(retry_);
}

Result<std::int64_t> SqliteOutbox::Drop(const std::string& receiver,
                                        WallTime due_before) {
  drop_.Bind(receiver).Bind(due_before).Bind(Number(kMostDroppedAtOnce));
  const auto dropped = drop_.Run();
  if (!dropped) return std::unexpected(dropped.error());
  return std::int64_t{*dropped};
}

}  // namespace smsweb
