#include "common/store/sqlite_inbox.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "common/pdu/hex.h"
#include "common/pdu/segment.h"
#include "common/store/sqlite_rows.h"

namespace smsweb {
namespace {

constexpr std::string_view kColumns =
    "sequence, id, modem, sim, sender, smsc, text, coding, port, sent_at, "
    "received_at, parts, parts_received";

constexpr std::string_view kGap = "[...]";

// Reads a row of kColumns.
InboundMessage ReadInbound(const SqliteStatement& row) {
  InboundMessage message;
  message.sequence = row.Int(0);
  message.id = ReadUuid(row, 1);
  message.modem = row.Text(2);
  message.sim = row.Text(3);
  message.sender = row.Text(4);
  message.smsc = row.Text(5);
  message.text = row.Text(6);
  message.coding = row.Text(7);
  message.port = static_cast<int>(row.Int(8));
  message.sent_at = row.Time(9);
  message.received_at = row.Time(10);
  message.parts = static_cast<int>(row.Int(11));
  message.parts_received = static_cast<int>(row.Int(12));
  return message;
}

// Whether it is one of several. A concatenation that can't be is none (TS
// 23.040 § 9.2.3.24.1).
bool IsOneOfSeveral(const InboundPart& part) {
  return part.reference >= 0 && part.total > 1 && part.number >= 1 &&
         part.number <= part.total;
}

// Data stays data: hex digits.
std::string ReadUnits(const std::string& coding,
                      const std::vector<std::uint8_t>& units) {
  const auto text_coding = ParseTextCoding(coding);
  return text_coding ? DecodeText(*text_coding, units) : ToHex(units);
}

std::unexpected<Error> NotThere() {
  return Fail(ErrorKind::kNotFound, "no received message has this id");
}

Result<InboundMessage> OnlyOne(SqliteStatement& statement) {
  auto found = FirstRow(statement, ReadInbound);
  if (!found) return std::unexpected(found.error());
  if (!*found) return NotThere();
  return std::move(**found);
}

}  // namespace

SqliteInbox::SqliteInbox(SqliteDb& db, SqliteOutbox& outbox)
    : db_(db),
      outbox_(outbox),
      known_(
          db.PrepareLater("SELECT 1 FROM inbound_part WHERE fingerprint = ?1")),
      // The one that was sent at the time closest to the part's: one that lacks
      // it, or has it with the same content. Then it is the same, though it
      // came with another time stamp.
      candidate_(db.PrepareLater(
          "SELECT sequence, taken.units IS ?7 AS has_it "
          "FROM inbound INDEXED BY inbound_open "
          "LEFT JOIN inbound_part AS taken "
          "ON taken.message = sequence AND taken.number = ?5 "
          "WHERE parts_received < parts AND sim = ?1 AND sender = ?2 AND "
          "reference = ?3 AND parts = ?4 AND received_at >= ?6 AND "
          "(taken.number IS NULL OR taken.units = ?7) "
          "ORDER BY abs(sent_at - ?8), has_it DESC, sequence LIMIT 1")),
      begin_(db.PrepareLater(
          "INSERT INTO inbound(id, modem, sim, sender, smsc, text, coding, "
          "port, sent_at, received_at, reference, parts, parts_received, shown)"
          " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 1, "
          "?12 = 1) RETURNING sequence")),
      part_(db.PrepareLater(
          "INSERT INTO inbound_part(fingerprint, message, number, coding, "
          "units) VALUES(?1, ?2, ?3, ?4, ?5)")),
      units_(db.PrepareLater(
          "SELECT number, coding, units FROM inbound_part WHERE message = ?1 "
          "GROUP BY number ORDER BY number")),
      join_(db.PrepareLater(
          "UPDATE inbound SET text = ?2, parts_received = parts_received + 1, "
          "sent_at = min(sent_at, ?3), "
          "shown = (shown OR parts_received + 1 = parts) "
          "WHERE sequence = ?1 RETURNING parts_received = parts")),
      hidden_(db.PrepareLater(
          "SELECT " + std::string(kColumns) +
          " FROM inbound INDEXED BY inbound_hidden WHERE shown = 0 AND "
          "received_at < ?1 ORDER BY received_at, sequence")),
      show_(
          db.PrepareLater("UPDATE inbound SET shown = 1 WHERE sequence = ?1")),
      find_(db.PrepareLater("SELECT " + std::string(kColumns) +
                            " FROM inbound WHERE id = ?1 AND shown = 1")),
      find_sequence_(db.PrepareLater("SELECT " + std::string(kColumns) +
                                     " FROM inbound WHERE sequence = ?1")) {}

Result<void> SqliteInbox::Write(const InboundPart& part, bool webhook) {
  known_.Bind(part.fingerprint);
  const auto known = AnyRow(known_);
  if (!known) return std::unexpected(known.error());
  if (*known) return {};
  if (!IsOneOfSeveral(part)) return Begin(part, webhook);
  const auto candidate = FindCandidate(part);
  if (!candidate) return std::unexpected(candidate.error());
  if (!*candidate) return Begin(part, webhook);
  const auto [sequence, has_it] = **candidate;
  if (has_it) return WritePart(sequence, part);
  return Join(sequence, part, webhook);
}

Result<std::optional<SqliteInbox::Candidate>> SqliteInbox::FindCandidate(
    const InboundPart& part) {
  candidate_.Bind(part.sim)
      .Bind(part.sender)
      .Bind(Number(part.reference))
      .Bind(Number(part.total))
      .Bind(Number(part.number))
      .Bind(part.received_at - kJoinWindow)
      .Bind(part.units)
      .Bind(part.sent_at);
  return FirstRow(candidate_, [](const SqliteStatement& row) {
    return Candidate{row.Int(0), row.Int(1) != 0};
  });
}

Result<void> SqliteInbox::Begin(const InboundPart& part, bool webhook) {
  const bool whole = !IsOneOfSeveral(part);
  const int total = whole ? 1 : part.total;
  std::string text;
  if (!whole && part.number > 1) text += kGap;
  text += part.text;
  if (!whole && part.number < total) text += kGap;
  begin_.Bind(part.id.bytes)
      .Bind(part.modem)
      .Bind(part.sim)
      .Bind(part.sender)
      .Bind(part.smsc)
      .Bind(text)
      .Bind(part.coding)
      .Bind(Number(part.port))
      .Bind(part.sent_at)
      .Bind(part.received_at)
      .Bind(Number(whole ? -1 : part.reference))
      .Bind(Number(total));
  const auto sequence =
      FirstRow(begin_, [](const SqliteStatement& row) { return row.Int(0); });
  if (!sequence) return std::unexpected(sequence.error());
  if (auto done = WritePart(sequence->value(), part); !done) return done;
  if (!whole || !webhook) return {};
  return outbox_.TellOfInbound(part.id, sequence->value(), part.received_at);
}

Result<void> SqliteInbox::Join(std::int64_t sequence, const InboundPart& part,
                               bool webhook) {
  if (auto done = WritePart(sequence, part); !done) return done;
  const auto text = TextOf(sequence, part.total);
  if (!text) return std::unexpected(text.error());
  join_.Bind(sequence).Bind(*text).Bind(part.sent_at);
  const auto complete = FirstRow(
      join_, [](const SqliteStatement& row) { return row.Int(0) != 0; });
  if (!complete) return std::unexpected(complete.error());
  if (!complete->value_or(false) || !webhook) return {};
  return outbox_.TellOfInbound(part.id, sequence, part.received_at);
}

// What a whole message is made of is in the message alone.
Result<void> SqliteInbox::WritePart(std::int64_t sequence,
                                    const InboundPart& part) {
  const bool several = IsOneOfSeveral(part);
  part_.Bind(part.fingerprint)
      .Bind(sequence)
      .Bind(Number(several ? part.number : 1))
      .Bind(part.coding)
      .Bind(several ? std::span<const std::uint8_t>(part.units)
                    : std::span<const std::uint8_t>());
  return RunIt(part_);
}

// Neighbours of one coding are read together.
Result<std::string> SqliteInbox::TextOf(std::int64_t sequence, int total) {
  struct Piece {
    int number;
    std::string coding;
    std::vector<std::uint8_t> units;
  };
  units_.Bind(sequence);
  auto pieces = CollectRows(units_, [](const SqliteStatement& row) {
    const auto units = row.Blob(2);
    return Piece{static_cast<int>(row.Int(0)),
                 std::string(row.Text(1)),
                 {units.begin(), units.end()}};
  });
  if (!pieces) return std::unexpected(pieces.error());
  std::string text;
  int next = 1;
  for (auto piece = pieces->begin(); piece != pieces->end(); ++piece) {
    if (piece->number > next) text += kGap;
    next = piece->number + 1;
    const auto behind = std::next(piece);
    const bool goes_on = behind != pieces->end() && behind->number == next &&
                         behind->coding == piece->coding;
    if (goes_on) {
      behind->units.insert(behind->units.begin(), piece->units.begin(),
                           piece->units.end());
    } else {
      text += ReadUnits(piece->coding, piece->units);
    }
  }
  if (next <= total) text += kGap;
  return text;
}

Result<void> SqliteInbox::ShowIncomplete(WallTime before, WallTime now,
                                         bool webhook) {
  hidden_.Bind(before);
  const auto hidden = CollectRows(hidden_, ReadInbound);
  if (!hidden) return std::unexpected(hidden.error());
  for (const InboundMessage& message : *hidden) {
    show_.Bind(message.sequence);
    if (auto done = RunIt(show_); !done) return done;
    if (!webhook) continue;
    auto done = outbox_.TellOfInbound(message.id, message.sequence, now);
    if (!done) return done;
  }
  return {};
}

Result<std::vector<InboundMessage>> SqliteInbox::List(
    const InboxFilter& filter) {
  std::string sql =
      fmt::format("SELECT {} FROM inbound WHERE shown = 1", kColumns);
  if (!filter.sender.empty()) sql += " AND sender = ?1";
  if (filter.after) {
    sql += " AND sequence < (SELECT sequence FROM inbound WHERE id = ?2)";
  }
  sql += fmt::format(" ORDER BY sequence DESC LIMIT {}", filter.limit);
  auto statement = db_.Prepare(sql);
  if (!statement) return std::unexpected(statement.error());
  statement->Bind(filter.sender);
  if (filter.after) statement->Bind(filter.after->bytes);
  return CollectRows(*statement, ReadInbound);
}

Result<InboundMessage> SqliteInbox::Find(const Uuid& id) {
  find_.Bind(id.bytes);
  return OnlyOne(find_);
}

Result<InboundMessage> SqliteInbox::Find(std::int64_t sequence) {
  find_sequence_.Bind(sequence);
  return OnlyOne(find_sequence_);
}

}  // namespace smsweb
