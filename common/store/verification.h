// Verifications in the store: somebody is to prove that a number is theirs, by
// a code that was sent to it. What is not here is the code: it is derived anew
// each time (common/verify/code.h) from a seed and a key that is elsewhere.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/uuid.h"
#include "common/store/limit.h"
#include "common/store/message.h"

namespace smsweb {

// The numbers are stored: add, never renumber.
enum class VerificationState : std::uint8_t {
  kPending = 0,
  kApproved = 1,     // once, by the right code
  kCanceled = 2,     // by the client
  kMaxAttempts = 3,  // too many wrong codes
  kExpired = 4,      // its life was over
};
inline constexpr int kVerificationStateCount = 5;

std::string_view ToString(VerificationState state);

struct NewVerification {
  Uuid id;
  std::string client;
  std::string recipient;  // E.164
  WallTime created_at;
  WallTime expires_at;
  int attempts = 5;  // checks
  int sends = 5;
  int code_length = 6;
  std::array<std::uint8_t, 8> key{};    // which key its code is derived under
  std::array<std::uint8_t, 16> seed{};  // and from what; forgotten at its end
  std::string metadata;  // the client's own: a JSON object, or empty
  bool muted = false;  // nothing is sent, and no code is right: it is there so
                       // that nobody can tell
};

struct Verification : NewVerification {
  VerificationState state = VerificationState::kPending;
  int attempts_left = 0;
  int sends_left = 0;
  WallTime resend_after;
  // As the conversion guard has counted its start; empty: it has not.
  std::string counted_prefix;
  WallTime counted_in{};
  WallTime updated_at;
  Uuid message;   // the last one that carries its code
  int parts = 1;  // of that
  std::optional<MessageState> message_state;  // none: it is no longer kept
};

// The text of a message with the code, however it is kept.
struct CodeText {
  std::string text;
  std::vector<std::uint8_t> seal;
  int parts = 1;
  std::string coding;
};

// Begins one, or sends the code again where one is pending for the same client
// and number.
struct VerificationStart {
  NewVerification verification;
  NewMessage message;  // with its code
  Millis resend_wait{30'000};
  // The text with the code of the one that is pending. kUnavailable: its key is
  // gone, and it can't be checked either: a new one takes its place.
  std::function<Result<CodeText>(const Verification& pending)> text_for;
  std::vector<LimitUse> limits;
  std::vector<ConversionGuard> conversions;
  bool mute_refused = false;  // what the guard refuses begins all the same, and
                              // is muted
  WallTime now;
};

struct StartOutcome {
  enum class Kind : std::uint8_t {
    kStarted,
    kResent,       // another message with the same code
    kStillQueued,  // the message before has not gone yet: it stays the only one
    kTooEarly,     // `retry_at`
    kTooManySends,
    kLimited,  // a limit, or a pause; the finding that is no dry run says
               // which; `retry_at`
    kOptedOut,
    kUnsendable,  // the code of the one that is pending does not fit into the
                  // text that is asked for now: `detail`
  } kind = Kind::kStarted;
  Verification verification;  // but for the last three
  std::optional<WallTime> retry_at;
  std::vector<GuardFinding> findings;
  std::string detail;
  bool queued = false;  // there is something new for the spooler
};

// One try. `matches`: whether the code that was typed is this one's; in
// constant time.
struct VerificationCheck {
  std::optional<Uuid> id;  // none: the last one of this client and number
  std::string recipient;
  std::optional<std::string> client;  // none: whoever's it is
  std::function<bool(const Verification& verification)> matches;
  WallTime now;
};

struct CheckOutcome {
  enum class Kind : std::uint8_t {
    kNotFound,
    kChecked,        // `verification.state` is the answer
    kApprovedBefore  // a code is good once
  } kind = Kind::kNotFound;
  Verification verification;
  bool counted = false;  // it was pending, and has one try less
};

// Ends a pending one by other than a check: kCanceled, or kApproved on the
// client's own word.
struct VerificationEnd {
  Uuid id;
  std::optional<std::string> client;
  VerificationState to = VerificationState::kCanceled;
  WallTime now;
};

struct EndOutcome {
  enum class Kind : std::uint8_t {
    kNotFound,
    kEnded,   // it is, or was before, as it was asked for
    kTooLate  // it had ended otherwise
  } kind = Kind::kNotFound;
  Verification verification;
};

}  // namespace smsweb
