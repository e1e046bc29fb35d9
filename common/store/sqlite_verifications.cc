#include "common/store/sqlite_verifications.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/store/sqlite_rows.h"

namespace smsweb {
namespace {

constexpr std::string_view kColumns =
    "sequence, id, client, recipient, state, created_at, expires_at, "
    "resend_after, attempts_left, sends_left, code_length, key, seed, "
    "metadata, muted, message, parts, updated_at, counted_prefix, counted_in";

template <std::size_t kSize>
void ReadBytes(std::span<const std::uint8_t> blob,
               std::array<std::uint8_t, kSize>* out) {
  std::ranges::copy(blob.first(std::min(blob.size(), kSize)), out->begin());
}

Verification ReadVerification(const SqliteStatement& row) {
  Verification verification;
  verification.id = ReadUuid(row, 1);
  verification.client = row.Text(2);
  verification.recipient = row.Text(3);
  verification.state = static_cast<VerificationState>(row.Int(4));
  verification.created_at = row.Time(5);
  verification.expires_at = row.Time(6);
  verification.resend_after = row.Time(7);
  verification.attempts_left = static_cast<int>(row.Int(8));
  verification.sends_left = static_cast<int>(row.Int(9));
  verification.code_length = static_cast<int>(row.Int(10));
  ReadBytes(row.Blob(11), &verification.key);
  ReadBytes(row.Blob(12), &verification.seed);
  verification.metadata = row.Text(13);
  verification.muted = row.Int(14) != 0;
  verification.message = ReadUuid(row, 15);
  verification.parts = static_cast<int>(row.Int(16));
  verification.updated_at = row.Time(17);
  verification.counted_prefix = row.Text(18);
  verification.counted_in = row.Time(19);
  return verification;
}

bool IsPending(const Verification& verification, WallTime now) {
  return verification.state == VerificationState::kPending &&
         now < verification.expires_at;
}

// As the store has it, at `now`.
void LetExpire(Verification& verification, WallTime now) {
  if (verification.state == VerificationState::kPending &&
      !IsPending(verification, now)) {
    verification.state = VerificationState::kExpired;
  }
}

// What is kept from whoever asks with somebody's number. What a client does too
// much of, it is told.
bool IsOfNumber(LimitPer per) {
  return per != LimitPer::kClient && per != LimitPer::kKey &&
         per != LimitPer::kTotal;
}

std::unexpected<Error> NoVerification() {
  return Fail(ErrorKind::kNotFound, "there is no verification with this id");
}

}  // namespace

SqliteVerifications::SqliteVerifications(SqliteDb& db, SqliteIntake& intake,
                                         SqliteLimits& limits,
                                         SqliteQueue& queue,
                                         SqliteOutbox& outbox)
    : intake_(intake),
      limits_(limits),
      queue_(queue),
      outbox_(outbox),
      insert_(db.PrepareLater(
          "INSERT INTO verification(id, client, recipient, state, created_at, "
          "expires_at, resend_after, attempts_left, sends_left, code_length, "
          "key, seed, metadata, muted, message, parts, updated_at, "
          "counted_prefix, counted_in) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
          "?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?5, ?17, ?18)")),
      find_(db.PrepareLater(
          fmt::format("SELECT {} FROM verification WHERE id = ?1", kColumns))),
      last_(db.PrepareLater(
          fmt::format("SELECT {} FROM verification INDEXED BY verification_of "
                      "WHERE client = ?1 AND recipient = ?2 "
                      "ORDER BY sequence DESC LIMIT 1",
                      kColumns))),
      update_(db.PrepareLater(
          "UPDATE verification SET state = ?2, attempts_left = ?3, "
          "sends_left = ?4, resend_after = ?5, message = ?6, parts = ?7, "
          "updated_at = ?8, seed = iif(?2 = 0, seed, NULL) WHERE id = ?1")),
      message_state_(
          db.PrepareLater("SELECT state FROM message WHERE id = ?1")) {}

SqliteVerifications::Found SqliteVerifications::FindRow(
    SqliteStatement& statement) {
  return FirstRow(statement, ReadVerification);
}

SqliteVerifications::Found SqliteVerifications::FindById(
    const Uuid& id, const std::optional<std::string>& client) {
  find_.Bind(id.bytes);
  auto found = FindRow(find_);
  if (found && *found && client && (*found)->client != *client) {
    return std::nullopt;
  }
  return found;
}

SqliteVerifications::Found SqliteVerifications::FindLast(
    const std::string& client, const std::string& recipient) {
  last_.Bind(client).Bind(recipient);
  return FindRow(last_);
}

Result<void> SqliteVerifications::AddMessageState(Verification& verification) {
  // As another's message is that has gone, and of which no report came.
  if (verification.muted) {
    verification.message_state = MessageState::kSent;
    return {};
  }
  message_state_.Bind(verification.message.bytes);
  const auto state = FirstRow(message_state_, [](const SqliteStatement& row) {
    return static_cast<MessageState>(row.Int(0));
  });
  if (!state) return std::unexpected(state.error());
  verification.message_state = *state;
  // It lives too short for its message to be deleted: there was none, and
  // nobody is to see that (VerificationStart::mute_refused).
  if (!*state && verification.state == VerificationState::kPending) {
    verification.message_state = MessageState::kSent;
  }
  return {};
}

Result<Verification> SqliteVerifications::Shown(Found found, WallTime now) {
  if (!found) return std::unexpected(found.error());
  if (!*found) return NoVerification();
  Verification& verification = **found;
  if (auto done = AddMessageState(verification); !done) {
    return std::unexpected(done.error());
  }
  LetExpire(verification, now);
  return std::move(verification);
}

Result<Verification> SqliteVerifications::Find(const Uuid& id, WallTime now) {
  return Shown(FindById(id, std::nullopt), now);
}

Result<Verification> SqliteVerifications::Find(const std::string& client,
                                               const std::string& recipient,
                                               WallTime now) {
  return Shown(FindLast(client, recipient), now);
}

Result<StartOutcome> SqliteVerifications::Start(
    const VerificationStart& start) {
  StartOutcome outcome;
  auto last = FindLast(start.verification.client, start.verification.recipient);
  if (!last) return std::unexpected(last.error());
  const bool pending = *last && IsPending(**last, start.now);
  if (pending && start.now < (*last)->resend_after) {
    outcome.kind = StartOutcome::Kind::kTooEarly;
    outcome.retry_at = (*last)->resend_after;
    outcome.verification = std::move(**last);
    return outcome;
  }
  if (pending && (*last)->sends_left == 0) {
    outcome.kind = StartOutcome::Kind::kTooManySends;
    outcome.verification = std::move(**last);
    return outcome;
  }
  auto refused = Refused(start, outcome);
  if (!refused) return std::unexpected(refused.error());
  if (*refused) return std::move(**refused);
  return pending ? Resend(start, std::move(**last), std::move(outcome))
                 : Begin(start, std::move(outcome));
}

// None: it may begin. What the guard refuses may begin all the same, and is
// muted then: `outcome` has the findings.
Result<std::optional<StartOutcome>> SqliteVerifications::Refused(
    const VerificationStart& start, StartOutcome& outcome) {
  auto refusal = limits_.Judge(start.conversions, start.now, &outcome.findings);
  if (refusal && !*refusal) {
    refusal = limits_.Find(start.limits, start.now, &outcome.findings);
  }
  if (!refusal) return std::unexpected(refusal.error());
  if (!*refusal) return std::nullopt;
  const bool mutes = start.mute_refused && IsOfNumber((*refusal)->per);
  outcome.findings.push_back(std::move((*refusal)->finding));
  outcome.retry_at = (*refusal)->retry_at;
  outcome.kind = StartOutcome::Kind::kLimited;
  if (mutes) return std::nullopt;
  return std::move(outcome);
}

Result<void> SqliteVerifications::CountStart(const VerificationStart& start) {
  for (const LimitUse& use : start.limits) {
    if (auto done = limits_.Count(use, start.now); !done) return done;
  }
  return {};
}

Result<StartOutcome> SqliteVerifications::Begin(const VerificationStart& start,
                                                StartOutcome outcome) {
  const bool muted =
      start.verification.muted || outcome.kind == StartOutcome::Kind::kLimited;
  Verification verification{{start.verification}};
  verification.muted = muted;
  verification.attempts_left = verification.attempts;
  verification.sends_left = verification.sends - 1;
  verification.resend_after = start.now + start.resend_wait;
  verification.updated_at = start.now;
  verification.message = start.message.id;
  verification.parts = start.message.parts;
  verification.message_state = MessageState::kQueued;
  if (!muted) {
    const auto taken = intake_.Take(start.message);
    if (!taken) return std::unexpected(taken.error());
    if (!*taken && !start.mute_refused) {
      outcome.kind = StartOutcome::Kind::kOptedOut;
      return outcome;
    }
    verification.muted = !*taken;
    outcome.queued = *taken;
  }
  outcome.kind = StartOutcome::Kind::kStarted;
  outcome.retry_at.reset();
  if (!verification.muted) CountStarted(start, verification);
  if (auto done = Write(verification); !done) {
    return std::unexpected(done.error());
  }
  if (auto done = CountStart(start); !done) {
    return std::unexpected(done.error());
  }
  outcome.verification = std::move(verification);
  return outcome;
}

void SqliteVerifications::CountStarted(const VerificationStart& start,
                                       Verification& verification) {
  for (const ConversionGuard& guard : start.conversions) {
    limits_.CountStarted(guard, start.now);
    if (guard.per != LimitPer::kPrefix) continue;
    verification.counted_prefix = guard.key;
    verification.counted_in = guard.BucketAt(start.now);
  }
}

Result<void> SqliteVerifications::Write(const Verification& verification) {
  insert_.Bind(verification.id.bytes)
      .Bind(verification.client)
      .Bind(verification.recipient)
      .Bind(Number(verification.state))
      .Bind(verification.created_at)
      .Bind(verification.expires_at)
      .Bind(verification.resend_after)
      .Bind(std::int64_t{verification.attempts_left})
      .Bind(std::int64_t{verification.sends_left})
      .Bind(std::int64_t{verification.code_length})
      .Bind(verification.key)
      .Bind(verification.seed)
      .BindNullIfEmpty(verification.metadata)
      .Bind(Number(verification.muted))
      .Bind(verification.message.bytes)
      .Bind(std::int64_t{verification.parts})
      .BindNullIfEmpty(verification.counted_prefix)
      .Bind(verification.counted_in);
  return RunIt(insert_);
}

Result<void> SqliteVerifications::Update(Verification& verification,
                                         WallTime now) {
  verification.updated_at = now;
  update_.Bind(verification.id.bytes)
      .Bind(Number(verification.state))
      .Bind(std::int64_t{verification.attempts_left})
      .Bind(std::int64_t{verification.sends_left})
      .Bind(verification.resend_after)
      .Bind(verification.message.bytes)
      .Bind(std::int64_t{verification.parts})
      .Bind(now);
  return RunIt(update_);
}

// A copy that still waits in the queue is the one that is sent: another would
// only come after it, with the same code.
Result<StartOutcome> SqliteVerifications::Resend(const VerificationStart& start,
                                                 Verification pending,
                                                 StartOutcome outcome) {
  const bool refused = outcome.kind == StartOutcome::Kind::kLimited;
  auto text = start.text_for(pending);
  const bool key_is_gone =
      !text && text.error().kind == ErrorKind::kUnavailable;
  if (key_is_gone && !pending.muted) {
    auto done = Finish(pending, VerificationState::kCanceled, start.now);
    if (!done) return std::unexpected(done.error());
    return Begin(start, std::move(outcome));
  }
  if (auto done = AddMessageState(pending); !done) {
    return std::unexpected(done.error());
  }
  outcome.retry_at.reset();
  pending.resend_after = start.now + start.resend_wait;
  if (!pending.muted && pending.message_state == MessageState::kQueued) {
    outcome.kind = StartOutcome::Kind::kStillQueued;
  } else if (!pending.muted && !refused && !text) {
    outcome.kind = StartOutcome::Kind::kUnsendable;
    outcome.detail = text.error().message;
    return outcome;
  } else {
    const bool sends = !pending.muted && !refused;
    auto done = SendAgain(start, sends ? &*text : nullptr, pending, outcome);
    if (!done) return std::unexpected(done.error());
    if (outcome.kind == StartOutcome::Kind::kOptedOut) return outcome;
  }
  if (auto done = Update(pending, start.now); !done) {
    return std::unexpected(done.error());
  }
  outcome.verification = std::move(pending);
  return outcome;
}

// Null: nothing is sent, and it looks as if it were.
Result<void> SqliteVerifications::SendAgain(const VerificationStart& start,
                                            CodeText* text,
                                            Verification& pending,
                                            StartOutcome& outcome) {
  NewMessage message = start.message;
  if (text) {
    message.text = std::move(text->text);
    message.seal = std::move(text->seal);
    message.parts = text->parts;
    message.coding = std::move(text->coding);
    message.expires_at = pending.expires_at;
    const auto taken = intake_.Take(message);
    if (!taken) return std::unexpected(taken.error());
    if (!*taken && !start.mute_refused) {
      outcome.kind = StartOutcome::Kind::kOptedOut;
      return {};
    }
    outcome.queued = *taken;
  }
  outcome.kind = StartOutcome::Kind::kResent;
  --pending.sends_left;
  pending.message = message.id;
  pending.parts = message.parts;
  pending.message_state = MessageState::kQueued;
  return CountStart(start);
}

Result<void> SqliteVerifications::Finish(Verification& verification,
                                         VerificationState state,
                                         WallTime now) {
  verification.state = state;
  if (auto done = Update(verification, now); !done) return done;
  if (state == VerificationState::kApproved &&
      !verification.counted_prefix.empty()) {
    limits_.CountApproved(LimitPer::kPrefix, verification.counted_prefix,
                          verification.counted_in);
    limits_.CountApproved(LimitPer::kClient, verification.client,
                          verification.counted_in);
  }
  if (verification.muted) return {};
  if (auto done = AddMessageState(verification); !done) return done;
  if (verification.message_state != MessageState::kQueued &&
      verification.message_state != MessageState::kSending) {
    return {};
  }
  const auto cancelled = queue_.Cancel(verification.message, now);
  if (!cancelled) return std::unexpected(cancelled.error());
  const Message& message = cancelled->message;
  verification.message_state = message.state;
  if (!cancelled->cancelled) return {};
  return outbox_.TellOfEnd(message.sequence, message.state, now);
}

Result<CheckOutcome> SqliteVerifications::Check(
    const VerificationCheck& check) {
  auto found = check.id ? FindById(*check.id, check.client)
                        : FindLast(check.client.value_or(""), check.recipient);
  if (!found) return std::unexpected(found.error());
  if (!*found) return CheckOutcome{};
  Verification& verification = **found;
  CheckOutcome outcome{.kind = CheckOutcome::Kind::kChecked};
  if (verification.state == VerificationState::kPending &&
      !IsPending(verification, check.now)) {
    auto done = Finish(verification, VerificationState::kExpired, check.now);
    if (!done) return std::unexpected(done.error());
  } else if (verification.state == VerificationState::kApproved) {
    outcome.kind = CheckOutcome::Kind::kApprovedBefore;
  } else if (verification.state == VerificationState::kPending) {
    --verification.attempts_left;
    outcome.counted = true;
    Result<void> done;
    if (check.matches(verification) && !verification.muted) {
      done = Finish(verification, VerificationState::kApproved, check.now);
    } else if (verification.attempts_left == 0) {
      done = Finish(verification, VerificationState::kMaxAttempts, check.now);
    } else {
      done = Update(verification, check.now);
    }
    if (!done) return std::unexpected(done.error());
  }
  outcome.verification = std::move(verification);
  return outcome;
}

Result<EndOutcome> SqliteVerifications::End(const VerificationEnd& end) {
  auto found = FindById(end.id, end.client);
  if (!found) return std::unexpected(found.error());
  if (!*found) return EndOutcome{};
  Verification& verification = **found;
  LetExpire(verification, end.now);
  EndOutcome outcome{.kind = EndOutcome::Kind::kTooLate};
  if (verification.state == VerificationState::kPending) {
    outcome.kind = EndOutcome::Kind::kEnded;
    auto done = Finish(verification, end.to, end.now);
    if (!done) return std::unexpected(done.error());
  } else if (verification.state == end.to) {
    outcome.kind = EndOutcome::Kind::kEnded;
  }
  if (!verification.message_state) {
    if (auto done = AddMessageState(verification); !done) {
      return std::unexpected(done.error());
    }
  }
  outcome.verification = std::move(verification);
  return outcome;
}

}  // namespace smsweb
