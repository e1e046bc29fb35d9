#include "common/store/sqlite_intake.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/store/lane.h"
#include "common/store/sqlite_rows.h"

namespace smsweb {
namespace {

// The same for a message and its duplicate. One that waits for its time is
// none of one that goes now, or at another.
Digest256 TwinDigest(const Intake& intake, const NewMessage& message) {
  const bool waits = message.not_before > message.created_at;
  return Blake2b({intake.client, message.recipient, message.text,
                  ToString(message.message_class),
                  waits ? FormatRfc3339(message.not_before) : std::string()});
}

}  // namespace

SqliteIntake::SqliteIntake(SqliteDb& db, SqliteLimits& limits)
    : limits_(limits),
      // A row that fails takes its transaction with it: FAIL spares SQLite the
      // copies of pages with which it could take back the row alone.
      insert_(db.PrepareLater(
          "INSERT OR FAIL INTO message(id, class, state, recipient, text, "
          "parts, reference, created_at, not_before, expires_at, coding, "
          "report, updated_at, lane, client, batch, callback_url, "
          "repeat_unknown, seal) "
          "SELECT ?1, ?2, 0, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?7, ?12, "
          "?13, ?14, ?15, ?16, ?17 "
          "WHERE NOT EXISTS(SELECT 1 FROM opt_out WHERE number = ?3)")),
      count_(db.PrepareLater(
          "INSERT INTO message_count(state, messages) VALUES(0, ?1) "
          "ON CONFLICT DO UPDATE SET messages = messages + ?1")),
      key_(db.PrepareLater("SELECT fingerprint, answer FROM idempotency "
                           "WHERE client = ?1 AND key = ?2 "
                           "AND expires_at > ?3")),
      forget_keys_(db.PrepareLater(
          "DELETE FROM idempotency WHERE (client, key) IN (SELECT client, key "
          "FROM idempotency WHERE expires_at <= ?1 ORDER BY expires_at "
          "LIMIT 8)")),
      write_key_(db.PrepareLater(
          "INSERT INTO idempotency(client, key, fingerprint, answer, "
          "expires_at) VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET "
          "fingerprint = ?3, answer = ?4, expires_at = ?5")),
      batch_(
          db.PrepareLater("SELECT sequence, lines FROM batch WHERE id = ?1")),
      begin_batch_(db.PrepareLater(
          "INSERT INTO batch(id, client, created_at, accepted, rejected, "
          "lines, finished) VALUES(?1, ?2, ?3, 0, 0, 0, 0) "
          "RETURNING sequence, lines")),
      forget_batch_(db.PrepareLater("DELETE FROM batch WHERE sequence = ?1")),
      grow_batch_(
          db.PrepareLater("UPDATE batch SET accepted = accepted + ?2, "
                          "rejected = rejected + ?3, lines = ?4, finished = ?5 "
                          "WHERE sequence = ?1")),
      find_batch_(db.PrepareLater(
          "SELECT sequence, client, created_at, accepted, rejected, lines, "
          "finished FROM batch WHERE id = ?1")),
      count_batch_(db.PrepareLater(
          "SELECT state, count(*) FROM message INDEXED BY message_batch "
          "WHERE batch = ?1 GROUP BY state")),
      // What came to nothing is no reason to keep out another.
      recent_(db.PrepareLater(fmt::format(
          "SELECT recent.message FROM recent JOIN message ON message.id = "
          "recent.message WHERE digest = ?1 AND recent.expires_at > ?2 AND "
          "message.state NOT IN ({}, {}, {}, {})",
          Number(MessageState::kUndelivered), Number(MessageState::kFailed),
          Number(MessageState::kExpired), Number(MessageState::kCancelled)))),
      forget_recent_(db.PrepareLater(
          "DELETE FROM recent WHERE digest IN (SELECT digest FROM recent "
          "WHERE expires_at <= ?1 ORDER BY expires_at LIMIT 8)")),
      remember_(db.PrepareLater(
          "INSERT INTO recent(digest, message, expires_at) "
          "VALUES(?1, ?2, ?3) ON CONFLICT DO UPDATE SET message = ?2, "
          "expires_at = ?3")),
      conversation_(
          db.PrepareLater("SELECT sim FROM conversation "
                          "WHERE recipient = ?1 AND modems = ?2 AND at >= ?3")),
      converse_(db.PrepareLater(
          "INSERT INTO conversation(recipient, modems, sim, at) "
          "VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET "
          "sim = ?3, at = ?4")) {}

Result<bool> SqliteIntake::Take(const NewMessage& message) {
  return Insert(message, message.lane, std::nullopt);
}

Result<void> SqliteIntake::End() {
  if (taken_ == 0) return {};
  count_.Bind(taken_);
  return RunIt(count_);
}

Result<IntakeOutcome> SqliteIntake::Take(const Intake& intake) {
  if (!intake.key.empty()) {
    auto known = KnownKey(intake);
    if (!known) return std::unexpected(known.error());
    if (*known) return std::move(**known);
  }
  const auto limited = limits_.Find(intake.limits, intake.now);
  if (!limited) return std::unexpected(limited.error());
  if (*limited) {
    return IntakeOutcome{.kind = IntakeOutcome::Kind::kLimited,
                         .retry_at = (*limited)->retry_at,
                         .limit = (*limited)->finding.detail};
  }
  const auto batch = FindOrBeginBatch(intake);
  if (!batch) return std::unexpected(batch.error());
  if (*batch && (*batch)->lines != intake.batch->behind) {
    return IntakeOutcome{.kind = IntakeOutcome::Kind::kOvertaken};
  }
  const auto sequence =
      *batch ? std::optional((*batch)->sequence) : std::nullopt;
  IntakeOutcome outcome;
  for (std::size_t i = 0; i < intake.messages.size(); ++i) {
    auto done = TakeMessage(intake, i, sequence, &outcome);
    if (!done) return std::unexpected(done.error());
  }
  const std::size_t taken = intake.messages.size() - outcome.opted_out.size() -
                            outcome.duplicates.size();
  const bool some = taken + outcome.duplicates.size() > 0;
  if (*batch) {
    auto done = GrowBatch(intake, *sequence, Number(taken), some);
    if (!done) return std::unexpected(done.error());
  }
  // Counted in messages that were taken.
  for (LimitUse use : intake.limits) {
    use.cost = Number(taken);
    if (auto done = limits_.Count(use, intake.now); !done) {
      return std::unexpected(done.error());
    }
  }
  // Where nothing was taken, the same request may be made again.
  const bool begun = intake.batch && !intake.batch->finished;
  if (!intake.key.empty() && (some || begun)) {
    auto done = WriteKey(intake, &outcome);
    if (!done) return std::unexpected(done.error());
  }
  return outcome;
}

// A key is used once, and forgotten after its time.
Result<std::optional<IntakeOutcome>> SqliteIntake::KnownKey(
    const Intake& intake) {
  key_.Bind(intake.client).Bind(intake.key).Bind(intake.now);
  return FirstRow(key_, [&](const SqliteStatement& row) {
    if (!std::ranges::equal(row.Blob(0), intake.fingerprint)) {
      return IntakeOutcome{.kind = IntakeOutcome::Kind::kKeyReused};
    }
    return IntakeOutcome{.kind = IntakeOutcome::Kind::kRepeated,
                         .answer = std::string(row.Text(1))};
  });
}

Result<void> SqliteIntake::WriteKey(const Intake& intake,
                                    IntakeOutcome* outcome) {
  forget_keys_.Bind(intake.now);
  if (auto done = RunIt(forget_keys_); !done) return done;
  if (intake.answer) outcome->answer = intake.answer(intake, *outcome);
  write_key_.Bind(intake.client)
      .Bind(intake.key)
      .Bind(intake.fingerprint)
      .Bind(outcome->answer)
      .Bind(intake.key_expires_at);
  return RunIt(write_key_);
}

Result<std::optional<SqliteIntake::BatchPlace>> SqliteIntake::FindOrBeginBatch(
    const Intake& intake) {
  if (!intake.batch) return std::nullopt;
  const auto place = [](const SqliteStatement& row) {
    return BatchPlace{row.Int(0), row.Int(1)};
  };
  batch_.Bind(intake.batch->id.bytes);
  auto found = FirstRow(batch_, place);
  if (!found || *found) return found;
  if (intake.batch->behind != 0) return BatchPlace{};  // it is gone
  begin_batch_.Bind(intake.batch->id.bytes)
      .Bind(intake.client)
      .Bind(intake.now);
  return FirstRow(begin_batch_, place);
}

// A request of which nothing is taken leaves no batch; an import's stays, for
// it tells how far it came.
Result<void> SqliteIntake::GrowBatch(const Intake& intake, std::int64_t batch,
                                     std::int64_t accepted, bool some) {
  const BatchStep& step = *intake.batch;
  if (!some && step.finished && step.lines == 0) {
    forget_batch_.Bind(batch);
    return RunIt(forget_batch_);
  }
  const auto refused = Number(intake.messages.size()) - accepted;
  grow_batch_.Bind(batch)
      .Bind(accepted)
      .Bind(step.rejected + refused)
      .Bind(step.lines)
      .Bind(Number(step.finished));
  return RunIt(grow_batch_);
}

Result<void> SqliteIntake::TakeMessage(const Intake& intake, std::size_t place,
                                       std::optional<std::int64_t> batch,
                                       IntakeOutcome* outcome) {
  const NewMessage& message = intake.messages[place];
  Digest256 digest{};
  if (intake.duplicate_window > Millis(0)) {
    digest = TwinDigest(intake, message);
    const auto first = FindDuplicate(intake, digest);
    if (!first) return std::unexpected(first.error());
    if (*first) {
      outcome->duplicates.push_back({place, **first});
      return {};
    }
  }
  const auto lane = LaneOf(intake, message);
  if (!lane) return std::unexpected(lane.error());
  const auto inserted = Insert(message, *lane, batch);
  if (!inserted) return std::unexpected(inserted.error());
  if (!*inserted) {
    outcome->opted_out.push_back(place);
    return {};
  }
  if (intake.duplicate_window == Millis(0)) return {};
  return RememberText(intake, digest, message.id);
}

Result<bool> SqliteIntake::Insert(const NewMessage& message,
                                  std::string_view lane,
                                  std::optional<std::int64_t> batch) {
  insert_.Bind(message.id.bytes)
      .Bind(Number(message.message_class))
      .Bind(message.recipient)
      .Bind(message.text)
      .Bind(Number(message.parts))
      .BindNullIfEmpty(message.reference)
      .Bind(message.created_at)
      .Bind(message.not_before)
      .Bind(message.expires_at)
      .BindNullIfEmpty(message.coding)
      .Bind(Number(message.report))
      .Bind(lane)
      .Bind(message.client);
  if (batch) {
    insert_.Bind(*batch);
  } else {
    insert_.BindNullIfEmpty("");
  }
  insert_.BindNullIfEmpty(message.callback_url)
      .Bind(Number(message.repeat_unknown));
  if (message.seal.empty()) {
    insert_.BindNullIfEmpty("");
  } else {
    insert_.Bind(message.seal);
  }
  const auto inserted = insert_.Run();
  if (!inserted) return std::unexpected(inserted.error());
  taken_ += *inserted;
  return *inserted > 0;
}

Result<std::optional<Uuid>> SqliteIntake::FindDuplicate(
    const Intake& intake, const Digest256& digest) {
  recent_.Bind(digest).Bind(intake.now);
  return FirstRow(recent_,
                  [](const SqliteStatement& row) { return ReadUuid(row, 0); });
}

// A digest of a short text could be guessed: none outlives its window for long.
Result<void> SqliteIntake::RememberText(const Intake& intake,
                                        const Digest256& digest,
                                        const Uuid& id) {
  forget_recent_.Bind(intake.now);
  if (auto done = RunIt(forget_recent_); !done) return done;
  remember_.Bind(digest).Bind(id.bytes).Bind(intake.now +
                                             intake.duplicate_window);
  return RunIt(remember_);
}

Result<std::string> SqliteIntake::LaneOf(const Intake& intake,
                                         const NewMessage& message) {
  const Lane lane = ParseLane(message.lane);
  if (!intake.conversations_since || lane.kind != Lane::Kind::kGroup ||
      message.message_class == MessageClass::kOtp) {
    return message.lane;
  }
  conversation_.Bind(message.recipient)
      .Bind(lane.group)
      .Bind(*intake.conversations_since);
  auto sim = FirstRow(conversation_, [](const SqliteStatement& row) {
    return std::string(row.Text(0));
  });
  if (!sim) return std::unexpected(sim.error());
  return *sim ? SimLane(lane.group, **sim) : message.lane;
}

Result<void> SqliteIntake::WriteConversation(const Conversation& conversation) {
  converse_.Bind(conversation.recipient)
      .Bind(conversation.group)
      .Bind(conversation.sim)
      .Bind(conversation.at);
  return RunIt(converse_);
}

Result<Batch> SqliteIntake::FindBatch(const Uuid& id) {
  find_batch_.Bind(id.bytes);
  std::int64_t sequence = 0;
  auto found = FirstRow(find_batch_, [&](const SqliteStatement& row) {
    sequence = row.Int(0);
    return Batch{.id = id,
                 .client = std::string(row.Text(1)),
                 .created_at = row.Time(2),
                 .accepted = row.Int(3),
                 .rejected = row.Int(4),
                 .lines = row.Int(5),
                 .finished = row.Int(6) != 0};
  });
  if (!found) return std::unexpected(found.error());
  if (!*found) return Fail(ErrorKind::kNotFound, "no batch has this id");
  count_batch_.Bind(sequence);
  auto states = CollectRows(count_batch_, [](const SqliteStatement& row) {
    return std::pair(static_cast<MessageState>(row.Int(0)), row.Int(1));
  });
  if (!states) return std::unexpected(states.error());
  (*found)->states = std::move(*states);
  return std::move(**found);
}

}  // namespace smsweb
