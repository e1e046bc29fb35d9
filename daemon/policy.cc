#include "daemon/policy.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/cms_errors.h"

namespace smsweb {
namespace {

constexpr Millis kFirstPause{15'000};
constexpr Millis kLongestPause{600'000};
constexpr Millis kAfterModemFault{1'000};
constexpr Millis kAfterUnknown{2'000};
constexpr Millis kUntilModemIsBack{5'000};
constexpr Millis kUntilItIsCertain{60'000};

// "+CMS ERROR 38: the network is out of order".
std::string Describe(int cms_error) {
  const char* what = FindCmsCause(cms_error).what;
  if (cms_error < 0) return what;
  return fmt::format("+CMS ERROR {}: {}", cms_error, what);
}

// 15 s, 30 s, 60 s ... to 10 min, each up to a half longer.
Millis BackOff(int number, const Attempt& attempt) {
  const int doublings = std::clamp(number - 1, 0, 10);
  const Millis pause = std::min(kFirstPause * (1 << doublings), kLongestPause);
  const auto more = static_cast<double>(pause.count()) * attempt.jitter / 2;
  return pause + Millis(static_cast<Millis::rep>(more));
}

// A message is not kept waiting for a time at which it is dead.
Verdict TryAgain(const Attempt& attempt, Millis pause, std::string reason) {
  const WallTime when = attempt.now + pause;
  if (when >= attempt.expires_at) {
    return GiveUp(MessageState::kExpired,
                  reason + "; its life ends before another try",
                  attempt.in_doubt);
  }
  return {.next = MessageState::kQueued,
          .not_before = when,
          .reason = std::move(reason)};
}

}  // namespace

bool IsModemFault(int cms_error) {
  return FindCmsCause(cms_error).blame == CmsBlame::kModem;
}

SubmitResult OutcomeOf(SubmitResult result, int cms_error) {
  const bool open = result == SubmitResult::kRejected &&
                    FindCmsCause(cms_error).blame == CmsBlame::kNobody;
  return open ? SubmitResult::kUnknown : result;
}

Verdict AfterSubmit(SubmitResult result, int cms_error,
                    const Attempt& attempt) {
  switch (OutcomeOf(result, cms_error)) {
    case SubmitResult::kAccepted:
      return {.next = MessageState::kSent};
    case SubmitResult::kRejected:
      switch (FindCmsCause(cms_error).blame) {
        case CmsBlame::kMessage:
          return BlameMessage(cms_error, attempt);
        case CmsBlame::kModem:
          return BlameModemFor(cms_error, attempt);
        case CmsBlame::kNetwork:
        case CmsBlame::kNobody:
          return BlameNetwork(cms_error, attempt);
      }
      break;
    case SubmitResult::kNotSubmitted:
      return BlameModem(attempt);
    case SubmitResult::kUnknown:
      break;
  }
  return BlameNobody(attempt);
}

Verdict BlameModem(const Attempt& attempt) {
  Verdict verdict = TryAgain(attempt, kAfterModemFault,
                             "the modem did not take it; it was not sent");
  verdict.counts_attempt = false;
  verdict.avoid_modem = true;
  return verdict;
}

// The first time soon, for another modem may be free.
Verdict BlameModemFor(int cms_error, const Attempt& attempt) {
  if (attempt.suspect || attempt.modem_faults >= kFreeFaults) {
    return BlameNetwork(cms_error, attempt);
  }
  const Millis pause = attempt.modem_faults == 0
                           ? kAfterModemFault
                           : BackOff(attempt.modem_faults, attempt);
  Verdict verdict = TryAgain(attempt, pause, Describe(cms_error));
  verdict.counts_attempt = false;
  verdict.recover_modem = true;
  verdict.avoid_modem = true;
  return verdict;
}

Verdict BlameMessage(int cms_error, const Attempt& attempt) {
  return GiveUp(MessageState::kFailed, Describe(cms_error), attempt.in_doubt);
}

Verdict BlameNetwork(int cms_error, const Attempt& attempt) {
  std::string reason = Describe(cms_error);
  if (attempt.number >= attempt.most) {
    return GiveUp(MessageState::kFailed,
                  fmt::format("{}; tries: {}", reason, attempt.number),
                  attempt.in_doubt);
  }
  return TryAgain(attempt, BackOff(attempt.number, attempt), std::move(reason));
}

Verdict BlameNobody(const Attempt& attempt) {
  constexpr const char* kReason =
      "it left the modem's line, and no answer came: it may have been sent";
  const bool may_repeat =
      attempt.message_class == MessageClass::kOtp || attempt.repeat_unknown;
  const bool repeats = may_repeat && attempt.number < attempt.most &&
                       attempt.now + kAfterUnknown < attempt.expires_at;
  if (!repeats) return {.next = MessageState::kUnknown, .reason = kReason};
  return {.next = MessageState::kQueued,
          .not_before = attempt.now + kAfterUnknown,
          .reason = kReason};
}

Verdict GiveUp(MessageState end, std::string reason, bool in_doubt) {
  if (!in_doubt) return {.next = end, .reason = std::move(reason)};
  return {.next = MessageState::kUnknown,
          .reason = reason + "; but an earlier try may have gone"};
}

Verdict PutBack(WallTime now) {
  return {.next = MessageState::kQueued,
          .not_before = now,
          .counts_attempt = false};
}

Verdict AwaitRoom(WallTime now) {
  Verdict verdict = PutBack(now);
  verdict.reason = "it waits for a SIM whose limits leave room for it";
  return verdict;
}

Verdict AwaitModem(WallTime now) {
  return {.next = MessageState::kQueued,
          .not_before = now + kUntilModemIsBack,
          .counts_attempt = false,
          .reason = "its first parts went through a modem that is down"};
}

Verdict AwaitWindow(WallTime opens, WallTime expires_at, bool in_doubt) {
  Verdict verdict{.next = MessageState::kQueued,
                  .not_before = opens,
                  .reason = "its class is not sent at this hour"};
  if (opens >= expires_at) {
    verdict = GiveUp(MessageState::kExpired,
                     "its life ends before its class is sent again", in_doubt);
  }
  verdict.counts_attempt = false;
  return verdict;
}

Verdict AwaitCertainty(WallTime now, std::string reason) {
  return {.next = MessageState::kQueued,
          .not_before = now + kUntilItIsCertain,
          .counts_attempt = false,
          .reason = std::move(reason)};
}

}  // namespace smsweb
