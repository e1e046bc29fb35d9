#include "daemon/policy.h"

#include <fmt/format.h>

#include <algorithm>

namespace smsweb {
namespace {

constexpr Millis kFirstPause{15'000};
constexpr Millis kLongestPause{600'000};
constexpr Millis kAfterModemFault{1'000};
constexpr Millis kAfterUnknown{2'000};
constexpr Millis kUntilModemIsBack{5'000};

struct Cause {
  int code;
  const char* why;
};

// +CMS ERROR causes for which another try ends the same way. 1 to 127 are the
// RP causes of 3GPP TS 24.011 § E-2, 128 to 255 the TP causes of TS 23.040
// § 9.2.3.22, from 300 those of TS 27.005 § 3.2.5. Whatever is not here may
// pass, and is tried again.
constexpr Cause kMessageFaults[] = {
    {1, "the number is not assigned"},
    {8, "the operator bars it"},
    {28, "no such subscriber is known"},
    {29, "the facility is rejected"},
    {30, "the subscriber is not known"},
    {50, "the facility is not subscribed to"},
    {69, "the facility is not implemented"},
    {95, "the message is semantically wrong"},
    {96, "mandatory information is invalid"},
    {97, "the message type does not exist"},
    {99, "an information element does not exist"},
    {128, "telematic interworking is not supported"},
    {129, "short messages of type 0 are not supported"},
    {130, "the short message can't be replaced"},
    {144, "the data coding scheme is not supported"},
    {145, "the message class is not supported"},
    {176, "the TPDU is not supported"},
    {195, "the destination is invalid"},
    {198, "the validity period is not supported"},
    {304, "the modem calls the PDU invalid"},
};

const Cause* FindMessageFault(int cms_error) {
  const auto* found =
      std::ranges::find(kMessageFaults, cms_error, &Cause::code);
  return found == std::end(kMessageFaults) ? nullptr : found;
}

// 15 s, 30 s, 60 s ... to 10 min, each up to a half longer.
Millis BackOff(const Attempt& attempt) {
  const int doublings = std::clamp(attempt.number - 1, 0, 10);
  const Millis pause = std::min(kFirstPause * (1 << doublings), kLongestPause);
  const auto more = static_cast<double>(pause.count()) * attempt.jitter / 2;
  return pause + Millis(static_cast<Millis::rep>(more));
}

// A message is not kept waiting for a time at which it is dead.
Verdict TryAgain(const Attempt& attempt, Millis pause, std::string reason) {
  const WallTime when = attempt.now + pause;
  if (when >= attempt.expires_at) {
    return {.next = MessageState::kExpired,
            .reason = reason + "; its life ends before another try"};
  }
  return {.next = MessageState::kQueued,
          .not_before = when,
          .reason = std::move(reason)};
}

}  // namespace

bool IsMessageFault(int cms_error) {
  return FindMessageFault(cms_error) != nullptr;
}

Verdict AfterSubmit(SubmitResult result, int cms_error,
                    const Attempt& attempt) {
  switch (result) {
    case SubmitResult::kAccepted:
      return {.next = MessageState::kSent};
    case SubmitResult::kRejected:
      return IsMessageFault(cms_error) ? BlameMessage(cms_error)
                                       : BlameNetwork(cms_error, attempt);
    case SubmitResult::kNotSubmitted:
      return BlameModem(attempt);
    case SubmitResult::kUnknown:
      return BlameNobody(attempt);
  }
  return BlameNobody(attempt);
}

Verdict BlameModem(const Attempt& attempt) {
  Verdict verdict = TryAgain(attempt, kAfterModemFault,
                             "the modem did not take it; it was not sent");
  verdict.counts_attempt = false;
  return verdict;
}

Verdict BlameMessage(int cms_error) {
  const Cause* cause = FindMessageFault(cms_error);
  return {.next = MessageState::kFailed,
          .reason = fmt::format("+CMS ERROR {}: {}", cms_error,
                                cause ? cause->why : "refused")};
}

Verdict BlameNetwork(int cms_error, const Attempt& attempt) {
  std::string reason = cms_error >= 0 ? fmt::format("+CMS ERROR {}", cms_error)
                                      : std::string("the modem answered ERROR");
  if (attempt.number >= attempt.most) {
    return {.next = MessageState::kFailed,
            .reason = fmt::format("{}, {} times", reason, attempt.number)};
  }
  return TryAgain(attempt, BackOff(attempt), std::move(reason));
}

Verdict BlameNobody(const Attempt& attempt) {
  constexpr const char* kReason =
      "it left the modem's line, and no answer came: it may have been sent";
  const bool repeats = attempt.message_class == MessageClass::kOtp &&
                       attempt.number < attempt.most &&
                       attempt.now + kAfterUnknown < attempt.expires_at;
  if (!repeats) return {.next = MessageState::kUnknown, .reason = kReason};
  return {.next = MessageState::kQueued,
          .not_before = attempt.now + kAfterUnknown,
          .reason = kReason};
}

Verdict PutBack(WallTime now) {
  return {.next = MessageState::kQueued,
          .not_before = now,
          .counts_attempt = false};
}

Verdict AwaitModem(WallTime now) {
  return {.next = MessageState::kQueued,
          .not_before = now + kUntilModemIsBack,
          .counts_attempt = false,
          .reason = "its first parts went through a modem that is down"};
}

}  // namespace smsweb
