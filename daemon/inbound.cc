#include "daemon/inbound.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "common/base/digest.h"
#include "common/pdu/data_coding.h"
#include "common/pdu/deliver.h"
#include "common/pdu/first_octet.h"
#include "common/pdu/hex.h"
#include "common/pdu/status_report.h"

namespace smsweb {
namespace {

constexpr std::uint8_t kTypeZero = 0x40;  // TP-PID, TS 23.040 § 9.2.3.9

char Upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool SameWord(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](char x, char y) { return Upper(x) == Upper(y); });
}

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

Fingerprint FingerprintOf(const std::string& sim, std::string pdu_hex) {
  std::ranges::transform(pdu_hex, pdu_hex.begin(), Upper);
  return Blake2b({sim, pdu_hex});
}

InboundPart Blank(const std::string& pdu_hex, const Origin& origin,
                  Random& random) {
  return {.id = MakeUuidV7(origin.at, random),
          .fingerprint = FingerprintOf(origin.sim, pdu_hex),
          .modem = origin.modem,
          .sim = origin.sim,
          .sent_at = origin.at,
          .received_at = origin.at};
}

Received Undecodable(const std::string& pdu_hex, std::string problem,
                     const Origin& origin, Random& random) {
  InboundPart part = Blank(pdu_hex, origin, random);
  part.coding = "undecodable";
  part.text = pdu_hex;
  return {.message = std::move(part), .problem = std::move(problem)};
}

// TS 23.040 § 9.2.3.9 (type 0), TS 23.038 § 4 (discard message).
bool IsToBeThrownAway(const Deliver& deliver) {
  if (deliver.protocol == kTypeZero) return true;
  const auto waiting = ReadDataCoding(deliver.data.data_coding).waiting;
  return waiting && !waiting->store && deliver.data.units.empty();
}

InboundPart MessageOf(const Deliver& deliver, InboundPart part) {
  part.sender = ToString(deliver.sender);
  if (deliver.smsc) part.smsc = ToString(*deliver.smsc);
  part.sent_at = deliver.sent_at.Time().value_or(part.received_at);
  const TextCoding coding = deliver.data.Coding();
  const bool data = coding.alphabet == Alphabet::kData;
  part.coding = data ? "8bit" : ToString(coding);
  part.text = data ? ToHex(deliver.data.units) : deliver.data.Text();
  part.units = deliver.data.units;
  if (const auto ports = FindPorts(deliver.data.header)) {
    part.port = ports->destination;
  }
  if (const auto place = deliver.data.Place()) {
    part.reference = place->reference;
    part.total = place->total;
    part.number = place->number;
  }
  return part;
}

NewReport ReportOf(const StatusReport& report, const std::string& pdu_hex,
                   const Origin& origin) {
  return {.fingerprint = FingerprintOf(origin.sim, pdu_hex),
          .modem = origin.modem,
          .sim = origin.sim,
          .message_reference = report.message_reference,
          .recipient = ToString(report.recipient),
          .status = report.status,
          .sent_at = report.sent_at.Time().value_or(origin.at),
          .discharged_at = report.discharged_at.Time().value_or(origin.at),
          .received_at = origin.at};
}

}  // namespace

Received ReadReceived(const std::string& pdu_hex, Incoming incoming,
                      const Origin& origin, Random& random) {
  const auto unread = [&](std::string problem) {
    return Undecodable(pdu_hex, std::move(problem), origin, random);
  };
  const auto octets = FromHex(pdu_hex);
  if (!octets) return unread("no hex digits");
  const auto type = MessageTypeOf(*octets);
  if (incoming == Incoming::kReport || type == kMtiStatusReport) {
    const auto report = DecodeStatusReport(*octets);
    if (!report) return unread(report.error().message);
    return {.report = ReportOf(*report, pdu_hex, origin)};
  }
  // A submit report, or, in storage, what was to be sent.
  if (type == kMtiSubmit) return unread("no message that was received");
  const auto deliver = DecodeDeliver(*octets);
  if (!deliver) return unread(deliver.error().message);
  if (IsToBeThrownAway(*deliver)) return {};
  return {.message = MessageOf(*deliver, Blank(pdu_hex, origin, random))};
}

std::optional<std::string> WordIn(const InboundPart& message,
                                  const std::vector<std::string>& words) {
  const bool whole = message.total == 1 && message.port < 0 &&
                     message.coding != "8bit" &&
                     message.coding != "undecodable";
  if (!whole) return std::nullopt;
  const auto word = std::ranges::find_if(words, [&](const std::string& w) {
    return SameWord(w, Trimmed(message.text));
  });
  if (word == words.end()) return std::nullopt;
  return *word;
}

bool IsInternational(std::string_view sender) {
  return sender.size() > 4 && sender.starts_with('+') &&
         std::ranges::all_of(sender.substr(1),
                             [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace smsweb
