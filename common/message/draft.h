// A message as somebody asks for it, and the checks that make it one for the
// queue. Whoever takes messages goes through here, so that all of them take and
// refuse the same.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/config/config.h"
#include "common/number/recipient.h"
#include "common/store/message.h"
#include "common/window/sending_windows.h"

namespace smsweb {

inline constexpr std::chrono::seconds kShortestTtl{1};
inline constexpr std::chrono::seconds kLongestTtl{30LL * 24 * 3600};
inline constexpr std::chrono::days kFarthestStart{366};  // not_before
inline constexpr std::size_t kLongestReference = 255;    // bytes

struct Draft {
  std::string to;
  std::string text;
  MessageClass message_class = MessageClass::kTransactional;
  std::optional<std::chrono::seconds> ttl;  // within the limits above
  std::optional<WallTime> not_before;
  std::string reference;        // within the limit above
  std::optional<bool> report;   // none: what the configuration says
  bool repeat_unknown = false;  // sent again where an outcome is unknown
  std::string callback_url;     // told how it ended; empty: nobody is
  std::string client;           // who asks; empty: nobody with a name
  std::string modem;            // the only one that may send it; empty: any
};

enum class DraftProblem : std::uint8_t {
  kInvalidRecipient,
  kEmptyText,
  kInvalidUtf8,
  kTooManyParts,   // `parts` says how many
  kTooFarAhead,    // not_before
  kOutsideWindow,  // all its life; `opens_at`, or there is no such time
  kCallbackNotAllowed,
  kUnknownModem,
  kNoRoute,   // no modem sends to this number
  kInternal,  // numbers or time zones can't be had
};

// The stable code that callers see: "too_many_parts".
std::string_view ToString(DraftProblem problem);

struct DraftError {
  DraftProblem problem;
  std::string message;  // for a person; never the text
  int parts = 0;
  std::optional<WallTime> opens_at = {};

  bool operator==(const DraftError&) const = default;
};

// The field at fault, as the interface calls it: "to", "text", "not_before".
std::string_view FieldOf(const DraftError& error);

// How a text goes on the air: transliterated, where the configuration wants
// that and it saves UCS-2.
struct PreparedText {
  std::string text;
  int parts;
  std::string coding;
};
std::expected<PreparedText, DraftError> PrepareText(
    std::string text, const std::string& recipient, const Config& config);

// It begins when the window of its class opens, at the earliest; its class's
// life counts from there, and a `ttl` from the `not_before` that was asked for.
// Its lane is that of the first route that fits. Its text is the one that is
// sent, as PrepareText() has it.
std::expected<NewMessage, DraftError> MakeMessage(Draft draft,
                                                  const Config& config,
                                                  RecipientParser& recipients,
                                                  SendingWindows& windows,
                                                  WallTime now, Random& random);

}  // namespace smsweb
