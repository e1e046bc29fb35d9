// The transition table of a message.
#include "common/store/message.h"

#include "catch.h"

namespace smsweb {
namespace {

using enum MessageState;

TEST_CASE("A final state leads nowhere") {
  for (auto state : {kDelivered, kUndelivered, kFailed, kExpired, kCancelled}) {
    INFO(ToString(state));
    CHECK(IsFinal(state));
  }
  for (auto state : {kQueued, kSending, kSent, kUnknown}) {
    INFO(ToString(state));
    CHECK_FALSE(IsFinal(state));
  }
}

TEST_CASE("Exactly the transitions of the design are allowed") {
  const std::string expected[kMessageStateCount] = {
      "sending expired cancelled",           // queued
      "queued sent unknown failed expired",  // sending
      "delivered undelivered",               // sent
      "queued sent delivered undelivered",   // unknown
      "",
      "",
      "",
      "",
      ""};
  for (int from = 0; from < kMessageStateCount; ++from) {
    std::string allowed;
    for (int to = 0; to < kMessageStateCount; ++to) {
      if (!MayBecome(static_cast<MessageState>(from),
                     static_cast<MessageState>(to))) {
        continue;
      }
      if (!allowed.empty()) allowed += ' ';
      allowed += ToString(static_cast<MessageState>(to));
    }
    INFO(ToString(static_cast<MessageState>(from)));
    CHECK(allowed == expected[from]);
  }
}

TEST_CASE("Names are read back as they are written") {
  for (int i = 0; i < kMessageStateCount; ++i) {
    const auto state = static_cast<MessageState>(i);
    CHECK(ParseMessageState(ToString(state)) == state);
  }
  for (int i = 0; i < kMessageClassCount; ++i) {
    const auto message_class = static_cast<MessageClass>(i);
    CHECK(ParseMessageClass(ToString(message_class)) == message_class);
  }
  CHECK_FALSE(ParseMessageState("lost").has_value());
  CHECK_FALSE(ParseMessageClass("urgent").has_value());
}

}  // namespace
}  // namespace smsweb
