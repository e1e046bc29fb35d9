// What somebody asks of verifications, checked, as changes for the store.
// Whoever takes them goes through here: the endpoint's two doors, and smsweb.
#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/random.h"
#include "common/config/config.h"
#include "common/message/draft.h"
#include "common/message/field_fault.h"
#include "common/number/recipient.h"
#include "common/secret/key_ring.h"
#include "common/store/verification.h"
#include "common/verify/code_text.h"
#include "common/verify/guard.h"
#include "common/window/sending_windows.h"

namespace smsweb {

inline constexpr std::size_t kLongestMetadata = 1024;  // bytes of JSON
inline constexpr std::size_t kLongestDevice = 255;     // bytes

struct VerificationOrder {
  std::string to;
  CodeTextOrder text;
  std::optional<int> code_length;
  std::optional<std::chrono::seconds> ttl;
  std::string client_ip;  // of the end user
  std::string device_id;
  std::string metadata;  // a JSON object, or empty
};

struct VerifyTools {
  const Config& config;
  RecipientParser& recipients;
  SendingWindows& windows;
  NumberFacts& facts;
  std::shared_ptr<KeyRing> keys;
  Random& random;  // safe from several threads
};

struct StartProblem {
  enum class Kind : unsigned char {
    kField,    // of the order: `fault`
    kDraft,    // the message: `draft`
    kRefused,  // the guard: `findings`
    kInternal  // `fault.detail`
  } kind = Kind::kField;
  FieldFault fault;
  std::optional<DraftError> draft;
  std::vector<GuardFinding> findings;
};

// `told`: what the guard found and lets pass.
std::expected<VerificationStart, StartProblem> MakeStart(
    const VerificationOrder& order, const std::string& client,
    const VerifyTools& tools, WallTime now, std::vector<GuardFinding>* told);

// Why nothing was begun or sent again, as every door tells it.
struct StartRefusal {
  std::string_view code;  // stable: "resend_too_early"
  std::string detail;     // for people
  std::optional<WallTime> retry_at;
  bool pending = false;  // there is one: the outcome's
};
// None: it was begun, or is sent (again).
std::optional<StartRefusal> RefusalOf(const StartOutcome& outcome);

// `code` is as it was typed. Of which verification: the caller says.
std::expected<VerificationCheck, FieldFault> MakeCheck(
    std::string_view code, std::shared_ptr<KeyRing> keys, WallTime now);

}  // namespace smsweb
