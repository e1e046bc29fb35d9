#include "common/store/message.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace smsweb {
namespace {

constexpr std::array<std::string_view, kMessageClassCount> kClassNames = {
    "otp", "transactional", "bulk"};

constexpr std::array<std::string_view, kMessageStateCount> kStateNames = {
    "queued",      "sending", "sent",    "unknown",  "delivered",
    "undelivered", "failed",  "expired", "cancelled"};

constexpr std::array<std::string_view, 5> kPartStateNames = {
    "intended", "accepted", "rejected", "not_submitted", "unknown"};

struct Transition {
  MessageState from;
  MessageState to;
};

using enum MessageState;
constexpr Transition kTransitions[] = {
    {kQueued, kSending},       // a spooler takes it
    {kQueued, kCancelled},     // the caller changed its mind in time
    {kQueued, kExpired},       // its life ended before a modem was free
    {kQueued, kUnknown},       // ... and an earlier try may have gone
    {kSending, kSent},         // every part was accepted
    {kSending, kQueued},       // it did not go, and is tried again
    {kSending, kFailed},       // it did not go, and will not
    {kSending, kUnknown},      // a part may have gone
    {kSending, kExpired},      // its life ended between attempts
    {kSent, kDelivered},       // a status report says so
    {kSent, kUndelivered},     // a status report says so
    {kUnknown, kSent},         // a status report says: taken
    {kUnknown, kDelivered},    // a late status report settles it
    {kUnknown, kUndelivered},  // a late status report settles it
    {kUnknown, kQueued},       // its class allows a repeat
};

template <typename Enum, std::size_t kSize>
std::optional<Enum> Parse(const std::array<std::string_view, kSize>& names,
                          std::string_view text) {
  const auto found = std::ranges::find(names, text);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

}  // namespace

std::string_view ToString(MessageClass message_class) {
  return kClassNames.at(Place(message_class));
}

std::string_view ToString(MessageState state) {
  return kStateNames.at(static_cast<std::size_t>(state));
}

std::string_view ToString(PartState state) {
  return kPartStateNames.at(static_cast<std::size_t>(state));
}

std::optional<MessageClass> ParseMessageClass(std::string_view text) {
  return Parse<MessageClass>(kClassNames, text);
}

std::optional<MessageState> ParseMessageState(std::string_view text) {
  return Parse<MessageState>(kStateNames, text);
}

bool MayBecome(MessageState from, MessageState to) {
  return std::ranges::any_of(kTransitions, [&](const Transition& row) {
    return row.from == from && row.to == to;
  });
}

bool IsFinal(MessageState state) {
  return std::ranges::none_of(
      kTransitions, [&](const Transition& row) { return row.from == state; });
}

bool WasCancelled(const Message& message) {
  return message.state == kCancelled ||
         (message.state == kUnknown && message.error == kCancelledInDoubt);
}

bool GoesBefore(const Message& a, const Message& b) {
  if (a.message_class != b.message_class) {
    return a.message_class < b.message_class;
  }
  const auto place = [](const Message& m) {
    return std::tie(m.not_before, m.sequence);
  };
  return a.message_class == MessageClass::kOtp ? place(b) < place(a)
                                               : place(a) < place(b);
}

}  // namespace smsweb
