// The failure policy, row by row.
#include "daemon/policy.h"

#include "catch.h"

namespace smsweb {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using enum MessageState;

constexpr WallTime kNow{Millis(1'700'000'000'000)};

struct Row {
  const char* what;
  SubmitResult result;
  int cms_error;
  MessageClass message_class;
  int attempt;
  seconds life_left;
  MessageState next;
  seconds pause;  // for kQueued
  bool counts;
};

constexpr auto kText = MessageClass::kTransactional;
constexpr auto kOtp = MessageClass::kOtp;
constexpr auto kBulk = MessageClass::kBulk;
constexpr seconds kLong = hours(1);

const Row kRows[] = {
    {"accepted", SubmitResult::kAccepted, -1, kText, 1, kLong, kSent, {}, true},
    {"unassigned number",
     SubmitResult::kRejected,
     1,
     kText,
     1,
     kLong,
     kFailed,
     {},
     true},
    {"invalid PDU",
     SubmitResult::kRejected,
     304,
     kOtp,
     1,
     kLong,
     kFailed,
     {},
     true},
    {"no network, first", SubmitResult::kRejected, 331, kText, 1, kLong,
     kQueued, seconds(15), true},
    {"no network, third", SubmitResult::kRejected, 331, kText, 3, kLong,
     kQueued, seconds(60), true},
    {"no network, last",
     SubmitResult::kRejected,
     331,
     kText,
     5,
     kLong,
     kFailed,
     {},
     true},
    {"an error without a code", SubmitResult::kRejected, -1, kText, 1, kLong,
     kQueued, seconds(15), true},
    {"no network, and no time left",
     SubmitResult::kRejected,
     331,
     kText,
     1,
     seconds(15),
     kExpired,
     {},
     true},
    {"never left", SubmitResult::kNotSubmitted, -1, kText, 1, kLong, kQueued,
     seconds(1), false},
    {"never left, at the last attempt", SubmitResult::kNotSubmitted, -1, kText,
     5, kLong, kQueued, seconds(1), false},
    {"no answer, text",
     SubmitResult::kUnknown,
     -1,
     kText,
     1,
     kLong,
     kUnknown,
     {},
     true},
    {"no answer, bulk",
     SubmitResult::kUnknown,
     -1,
     kBulk,
     1,
     kLong,
     kUnknown,
     {},
     true},
    {"no answer, otp", SubmitResult::kUnknown, -1, kOtp, 1, kLong, kQueued,
     seconds(2), true},
    {"no answer, otp at its last attempt",
     SubmitResult::kUnknown,
     -1,
     kOtp,
     5,
     kLong,
     kUnknown,
     {},
     true},
    {"no answer, otp about to die",
     SubmitResult::kUnknown,
     -1,
     kOtp,
     1,
     seconds(2),
     kUnknown,
     {},
     true},
};

TEST_CASE("Each outcome leads where the policy says") {
  for (const Row& row : kRows) {
    INFO(row.what);
    const Attempt attempt{.message_class = row.message_class,
                          .number = row.attempt,
                          .most = 5,
                          .now = kNow,
                          .expires_at = kNow + row.life_left};
    const Verdict verdict = AfterSubmit(row.result, row.cms_error, attempt);
    CHECK(ToString(verdict.next) == ToString(row.next));
    CHECK(verdict.counts_attempt == row.counts);
    if (row.next == kQueued) CHECK(verdict.not_before == kNow + row.pause);
    if (row.next != kSent) CHECK_FALSE(verdict.reason.empty());
  }
}

TEST_CASE("Every verdict is a transition that the table of states has") {
  for (const Row& row : kRows) CHECK(MayBecome(kSending, row.next));
}

TEST_CASE("The pause grows to ten minutes, and jitter adds up to a half") {
  Attempt attempt{.message_class = kText,
                  .number = 90,
                  .most = 100,
                  .now = kNow,
                  .expires_at = kNow + hours(24)};
  CHECK(BlameNetwork(331, attempt).not_before == kNow + seconds(600));
  attempt.jitter = 1;
  CHECK(BlameNetwork(331, attempt).not_before == kNow + seconds(900));
  attempt.number = 1;
  CHECK(BlameNetwork(331, attempt).not_before == kNow + Millis(22'500));
}

}  // namespace
}  // namespace smsweb
