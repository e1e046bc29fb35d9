// The transition table of a message, its names, and its JSON.
#include "common/store/message.h"

#include <nlohmann/json.hpp>

#include "catch.h"
#include "common/store/message_json.h"

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
      "sending unknown expired cancelled",   // queued
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

TEST_CASE("The answer to a new message is the same as a value and as text") {
  NewMessage message;
  message.recipient = "+6289610707901";
  message.parts = 3;
  message.created_at = WallTime(Millis(1'763'882'208'123));
  message.expires_at = message.created_at + Millis(300'000);
  for (const char* reference :
       {"", "order 17", "\"\\\n", "caf\xC3\xA9", "no UTF-8: \xFF"}) {
    for (const Millis wait : {Millis(0), Millis(1)}) {
      message.reference = reference;
      message.not_before = message.created_at + wait;
      INFO(reference);
      CHECK(AcceptedText(message) ==
            AcceptedJson(message).dump(
                -1, ' ', false,
                nlohmann::ordered_json::error_handler_t::replace));
    }
  }
}

}  // namespace
}  // namespace smsweb
