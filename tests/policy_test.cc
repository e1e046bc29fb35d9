// The failure policy, row by row.
#include "daemon/policy.h"

#include <map>
#include <set>
#include <string>

#include "catch.h"
#include "daemon/cms_errors.h"

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
     kQueued, seconds(1), false},
    {"unknown error", SubmitResult::kRejected, 500, kText, 5, kLong, kQueued,
     seconds(1), false},
    {"a modem that has lost its settings", SubmitResult::kRejected, 305, kOtp,
     1, kLong, kQueued, seconds(1), false},
    {"network timeout, text",
     SubmitResult::kRejected,
     332,
     kText,
     1,
     kLong,
     kUnknown,
     {},
     true},
    {"network timeout, otp", SubmitResult::kRejected, 332, kOtp, 1, kLong,
     kQueued, seconds(2), true},
    {"a duplicate of what may be ours",
     SubmitResult::kRejected,
     197,
     kText,
     2,
     kLong,
     kUnknown,
     {},
     true},
    {"barred SIM: another may send it", SubmitResult::kRejected, 8, kText, 1,
     kLong, kQueued, seconds(15), true},
    {"a maker's own error", SubmitResult::kRejected, 515, kText, 1, kLong,
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

TEST_CASE("What may have gone ends unknown, whatever ends it") {
  const struct {
    const char* what;
    SubmitResult result;
    int cms_error;
    int number;
    seconds life_left;
  } rows[] = {
      {"refused for good", SubmitResult::kRejected, 1, 2, kLong},
      {"refused too often", SubmitResult::kRejected, 331, 5, kLong},
      {"refused, no time left", SubmitResult::kRejected, 331, 2, seconds(1)},
      {"the modem's fault", SubmitResult::kRejected, 500, 2, seconds(1)},
      {"never left", SubmitResult::kNotSubmitted, -1, 2, seconds(1)},
      {"unknown again", SubmitResult::kUnknown, -1, 5, kLong},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    Attempt attempt{.message_class = kOtp,
                    .number = row.number,
                    .most = 5,
                    .now = kNow,
                    .expires_at = kNow + row.life_left,
                    .in_doubt = true};
    const auto verdict = AfterSubmit(row.result, row.cms_error, attempt);
    CHECK(ToString(verdict.next) == ToString(kUnknown));
    CHECK(verdict.reason.find("may have") != std::string::npos);
    attempt.expires_at = kNow + hours(1);
    attempt.number = 2;
    if (row.cms_error == 1) continue;
    CHECK(AfterSubmit(row.result, row.cms_error, attempt).next == kQueued);
  }
}

TEST_CASE("A modem is believed a few times, and recovers each time") {
  Attempt attempt{.message_class = kText,
                  .number = 1,
                  .most = 5,
                  .now = kNow,
                  .expires_at = kNow + hours(24)};
  for (int faults = 0; faults < kFreeFaults; ++faults) {
    attempt.modem_faults = faults;
    const auto verdict = AfterSubmit(SubmitResult::kRejected, 500, attempt);
    CHECK(verdict.next == kQueued);
    CHECK_FALSE(verdict.counts_attempt);
    CHECK(verdict.recover_modem);
  }
  attempt.modem_faults = kFreeFaults;
  const auto verdict = AfterSubmit(SubmitResult::kRejected, 500, attempt);
  CHECK(verdict.counts_attempt);
  CHECK_FALSE(verdict.recover_modem);
}

TEST_CASE("A message under suspicion is tried like one the network refuses") {
  Attempt attempt{.message_class = kText,
                  .number = 2,
                  .most = 5,
                  .now = kNow,
                  .expires_at = kNow + hours(24),
                  .modem_faults = 1,
                  .suspect = true};
  const auto verdict = AfterSubmit(SubmitResult::kRejected, 500, attempt);
  CHECK(verdict.next == kQueued);
  CHECK(verdict.counts_attempt);
  CHECK_FALSE(verdict.recover_modem);
  CHECK(verdict.not_before == kNow + seconds(30));
  attempt.number = 5;
  CHECK(AfterSubmit(SubmitResult::kRejected, 500, attempt).next == kFailed);
}

TEST_CASE("Each code that the standards assign has a blame, and a reason") {
  const std::map<CmsBlame, std::set<int>> rows = {
      {CmsBlame::kMessage,
       {1, 128, 129, 130, 143, 144, 145, 159, 176, 195, 196, 198, 199, 304}},
      {CmsBlame::kNetwork,
       {8,  10, 17, 21, 22, 27, 28, 29,  30,  38,  41,  42,  47,  50,
        69, 81, 95, 96, 97, 98, 99, 111, 127, 192, 193, 194, 314, 331}},
      {CmsBlame::kModem,
       {208, 209, 210, 211, 212, 213, 300, 301, 302, 303, 305, 310,
        311, 312, 313, 315, 316, 317, 318, 320, 321, 322, 330, 500}},
      {CmsBlame::kNobody, {197, 332, 340}},
  };
  for (const auto& [blame, codes] : rows) {
    for (const int code : codes) {
      INFO(code);
      const CmsCause cause = FindCmsCause(code);
      CHECK(cause.code == code);
      CHECK(cause.blame == blame);
      CHECK(std::string(cause.what).size() > 4);
      CHECK(std::string(cause.reason).size() > 4);
    }
  }
}

TEST_CASE("A code that has no row goes by its range") {
  CHECK(FindCmsCause(-1).blame == CmsBlame::kModem);
  for (const int code : {0, 2, 60, 126, 131, 200, 224, 254, 255}) {
    CHECK(FindCmsCause(code).blame == CmsBlame::kNetwork);
  }
  for (const int code : {256, 299, 306, 341, 501, 511}) {
    CHECK(FindCmsCause(code).blame == CmsBlame::kModem);
  }
  for (const int code : {512, 515, 2'000'000'000}) {
    CHECK(FindCmsCause(code).blame == CmsBlame::kNetwork);
    CHECK(FindCmsCause(code).code == code);
  }
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

TEST_CASE("What is not sent at this hour waits, counts nothing, or expires") {
  const WallTime opens = kNow + hours(9);
  const auto waits = AwaitWindow(opens, opens + seconds(1), false);
  CHECK(waits.next == kQueued);
  CHECK(waits.not_before == opens);
  CHECK_FALSE(waits.counts_attempt);
  const auto expires = AwaitWindow(opens, opens, false);
  CHECK(expires.next == kExpired);
  CHECK_FALSE(expires.counts_attempt);
  CHECK(AwaitWindow(opens, opens, true).next == kUnknown);
  CHECK(AwaitCertainty(kNow, "no zones").next == kQueued);
  CHECK_FALSE(AwaitCertainty(kNow, "no zones").counts_attempt);
}

}  // namespace
}  // namespace smsweb
