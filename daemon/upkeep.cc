#include "daemon/upkeep.h"

#include <algorithm>

namespace smsweb {
namespace {

constexpr Millis kFirstPass{10'000};  // after the start
constexpr Millis kPassEvery{3'600'000};
// A step and the pause behind it: a twentieth of the time, a hundredth while
// messages are under way.
constexpr Millis kShortestPause{20};
constexpr int kPauseInSteps = 20;
constexpr int kPauseInStepsWhenBusy = 100;
constexpr Millis kLongStep{5};
constexpr Millis kShortStep{2};
constexpr int kFewestRows = 10;
constexpr int kMostRows = 200;

constexpr Millis kLookAtSpaceEvery{5'000};
constexpr Millis kEmptyLogEvery{60'000};
constexpr std::int64_t kLongLog = 16 << 20;  // bytes

constexpr Millis kTryAgain{30'000};
constexpr int kLastSteps = 20;

Retention MakeRetention(const RetentionConfig& config) {
  Retention retention;
  const auto keep = [&](MessageState state, std::chrono::seconds kept) {
    if (kept.count() == 0) return;
    retention.messages[static_cast<std::size_t>(state)] = kept;
  };
  keep(MessageState::kDelivered, config.delivered);
  keep(MessageState::kUndelivered, config.undelivered);
  keep(MessageState::kSent, config.sent);
  keep(MessageState::kUnknown, config.unknown);
  keep(MessageState::kFailed, config.failed);
  keep(MessageState::kExpired, config.expired);
  keep(MessageState::kCancelled, config.cancelled);
  retention.texts = config.texts;
  if (config.inbox.count() > 0) retention.inbox = config.inbox;
  if (config.verifications.count() > 0) {
    retention.verifications = config.verifications;
  }
  return retention;
}

}  // namespace

Upkeep::Upkeep(const RetentionConfig& config, Store& store, const Clock& clock,
               const Logger& log)
    : retention_(MakeRetention(config)),
      store_(store),
      clock_(clock),
      log_(log),
      most_(kFewestRows),
      step_at_(clock.Mono() + kFirstPass),
      space_at_(clock.Mono() + kFirstPass),
      space_must_at_(clock.Mono() + kEmptyLogEvery),
      empty_log_at_(clock.Mono() + kEmptyLogEvery) {}

void Upkeep::Turn(bool busy) {
  const MonoTime now = clock_.Mono();
  if (now >= step_at_) {
    Step(busy);
  } else if (now >= space_at_) {
    GiveBackSpace();
  }
}

MonoTime Upkeep::Deadline(bool busy) const {
  return std::min(step_at_, busy ? space_at_ : space_must_at_);
}

void Upkeep::Finish() {
  for (int steps = 0; steps < kLastSteps && Step(false); ++steps) {
  }
  empty_log_at_ = clock_.Mono();
  GiveBackSpace();
}

bool Upkeep::Step(bool busy) {
  const MonoTime began = clock_.Mono();
  const auto done = store_.Upkeep({.now = clock_.Wall(),
                                   .retention = retention_,
                                   .from = place_,
                                   .most = most_});
  if (!done) {
    Failed(done.error());
    return false;
  }
  failing_ = false;
  so_far_.messages += done->messages;
  so_far_.texts += done->texts;
  so_far_.inbox += done->inbox;
  so_far_.others += done->others;
  const auto took = std::chrono::ceil<Millis>(clock_.Mono() - began);
  if (took > kLongStep) most_ = std::max(kFewestRows, most_ / 2);
  if (took < kShortStep) most_ = std::min(kMostRows, most_ * 2);
  if (!done->next) {
    PassEnded();
    return false;
  }
  place_ = *done->next;
  step_at_ = clock_.Mono() +
             std::max(kShortestPause,
                      took * (busy ? kPauseInStepsWhenBusy : kPauseInSteps));
  return true;
}

void Upkeep::PassEnded() {
  if (so_far_.messages + so_far_.texts + so_far_.inbox + so_far_.others > 0) {
    log_.Info("upkeep", {{"messages_deleted", so_far_.messages},
                         {"texts_erased", so_far_.texts},
                         {"inbox_deleted", so_far_.inbox},
                         {"others_deleted", so_far_.others}});
  }
  so_far_ = {};
  place_ = {};
  step_at_ = clock_.Mono() + kPassEvery;
}

void Upkeep::GiveBackSpace() {
  const bool empty_log = clock_.Mono() >= empty_log_at_;
  const auto space = store_.GiveBackSpace(empty_log);
  if (!space) return Failed(space.error());
  failing_ = false;
  const MonoTime now = clock_.Mono();
  if (empty_log) empty_log_at_ = now + kEmptyLogEvery;
  // One that could not be emptied, since somebody used it, is long, too.
  if (space->log_bytes > kLongLog) empty_log_at_ = now;
  space_at_ = now + (space->more ? 2 * kShortestPause : kLookAtSpaceEvery);
  space_must_at_ = space->more ? space_at_ : std::max(space_at_, empty_log_at_);
}

// What else the queue can't do at this moment is said by whoever needs it.
void Upkeep::Failed(const Error& error) {
  if (!failing_) {
    log_.Warning("the queue can't be tidied; it is tried again",
                 {{"error", error.message}});
  }
  failing_ = true;
  step_at_ = std::max(step_at_, clock_.Mono() + kTryAgain);
  space_at_ = space_must_at_ = clock_.Mono() + kTryAgain;
}

}  // namespace smsweb
