// A message in the queue: its values, its states, and what may follow what.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/uuid.h"

namespace smsweb {

// The numbers are stored: add, never renumber.
enum class MessageClass : std::uint8_t {
  kOtp = 0,
  kTransactional = 1,
  kBulk = 2,
};
inline constexpr int kMessageClassCount = 3;
inline constexpr std::array<MessageClass, kMessageClassCount> kMessageClasses =
    {MessageClass::kOtp, MessageClass::kTransactional, MessageClass::kBulk};
// In an array that has something for each class.
constexpr std::size_t Place(MessageClass message_class) {
  return static_cast<std::size_t>(message_class);
}

enum class MessageState : std::uint8_t {
  kQueued = 0,   // durable, waits for its time and a modem
  kSending = 1,  // a spooler holds it
  kSent = 2,     // the network took every part
  kUnknown = 3,  // submitted, and no answer came
  kDelivered = 4,
  kUndelivered = 5,
  kFailed = 6,
  kExpired = 7,
  kCancelled = 8,
};
inline constexpr int kMessageStateCount = 9;

// What became of one attempt to submit one part.
enum class PartState : std::uint8_t {
  kIntended = 0,      // may be on its way; after a crash, unknown
  kAccepted = 1,      // the network took it
  kRejected = 2,      // it was refused, and did not go
  kNotSubmitted = 3,  // it never left whole
  kUnknown = 4,       // it left, and no answer came
};

std::string_view ToString(MessageClass message_class);
std::string_view ToString(MessageState state);
std::string_view ToString(PartState state);
std::optional<MessageClass> ParseMessageClass(std::string_view text);
std::optional<MessageState> ParseMessageState(std::string_view text);

// The transition table. A store refuses everything else.
bool MayBecome(MessageState from, MessageState to);
bool IsFinal(MessageState state);  // nothing may follow

struct Message;
// The order in which messages are sent: by class, then by time, then by
// arrival; of class otp the newest first.
bool GoesBefore(const Message& a, const Message& b);

struct NewMessage {
  Uuid id;
  MessageClass message_class = MessageClass::kTransactional;
  std::string recipient;  // E.164 with '+', or a short code
  std::string text;       // UTF-8
  // Not empty: the text is sealed (common/secret/sealed_text.h), and this opens
  // it, together with its key.
  std::vector<std::uint8_t> seal;
  int parts = 1;
  std::string reference;  // the caller's own, or empty
  std::string coding;     // as ToString(TextCoding) in common/pdu/text_coding.h
                          // has it; empty: chosen when it is sent
  bool report = false;    // the network is asked whether it was delivered
  std::string lane;       // which modems may send it (lane.h)
  std::string client;     // who asked for it; empty: nobody with a name
  std::string callback_url;     // told how it ended; empty: nobody is
  bool repeat_unknown = false;  // sent again where an outcome is unknown
  WallTime created_at;
  WallTime not_before;
  WallTime expires_at;
};

struct Part {
  int number = 1;  // from 1
  PartState state = PartState::kIntended;
  std::string modem;
  int message_reference = -1;  // TP-MR; -1: none
  int error_code = -1;         // +CMS ERROR; -1: none
  WallTime intended_at;
  std::string sim;         // IMSI of the SIM it went through; empty: unknown
  int report_status = -1;  // TP-ST of the last report; -1: none came
  WallTime reported_at{};  // when that report came
};

// A message as it stands in the store. `sequence` is the order of arrival.
struct Message : NewMessage {
  std::int64_t sequence = 0;
  MessageState state = MessageState::kQueued;
  int attempts = 0;
  std::string modem;      // the one that had it last
  std::string error;      // why it is not sent, for people; never a text
  std::string avoid;      // the modem that the last try blames; empty: none
  bool in_doubt = false;  // some try of a part left, and no answer came
  WallTime updated_at;
  std::vector<Part> part_records;  // only those that were tried
};

// What a message that was cancelled says (Message::error) where an earlier try
// may have gone: it is kUnknown then, for a report may still settle it. Stored,
// and told apart by: it never changes.
inline constexpr std::string_view kCancelledInDoubt =
    "it was cancelled; but an earlier try may have gone";
// Whether somebody has called it back; doing it twice is no error.
bool WasCancelled(const Message& message);

}  // namespace smsweb
