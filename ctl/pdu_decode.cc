#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/pdu/data_coding.h"
#include "common/pdu/deliver.h"
#include "common/pdu/first_octet.h"
#include "common/pdu/status_report.h"
#include "common/pdu/submit.h"
#include "ctl/commands.h"
#include "ctl/table.h"

namespace smsweb::ctl {
namespace {

using Octets = std::vector<std::uint8_t>;

// As it is copied from a log: spaces and line breaks may be among the digits.
Result<Octets> OctetsIn(const std::string& text) {
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (std::isspace(c)) continue;
    if (!std::isxdigit(c)) {
      return Fail(ErrorKind::kInvalid,
                  fmt::format("character {} is no hexadecimal digit", i + 1));
    }
    digits += text[i];
  }
  if (digits.size() % 2 != 0) {
    return Fail(ErrorKind::kInvalid,
                fmt::format("it has {} hexadecimal digits, an odd number: one "
                            "is missing or too many",
                            digits.size()));
  }
  return FromHex(digits);
}

// ---- pieces ----

Json AddressJson(const Address& address) {
  return {{"number", ToString(address)},
          {"type", ToString(address.Type())},
          {"plan", PlanName(address.Plan())},
          {"type_octet", address.type}};
}

Json SmscJson(const std::optional<Address>& smsc) {
  return smsc ? AddressJson(*smsc) : Json(nullptr);
}

Json TimeJson(const Timestamp& stamp) {
  const auto text = stamp.Format();
  return text ? Json(*text) : Json(nullptr);
}

Json ValidityJson(const std::optional<Validity>& validity) {
  if (!validity) return nullptr;
  Json json = {{"format", ToString(validity->format)}};
  if (const auto period = validity->Period()) json["seconds"] = period->count();
  if (const auto until = validity->Until()) json["until"] = TimeJson(*until);
  if (validity->SingleShot()) json["single_shot"] = true;
  return json;
}

Json SchemeJson(std::uint8_t octet) {
  const DataCoding coding = ReadDataCoding(octet);
  Json json = {{"value", octet}, {"alphabet", ToString(coding.alphabet)}};
  if (coding.message_class) json["class"] = *coding.message_class;
  if (coding.compressed) json["compressed"] = true;
  if (coding.delete_after_reading) json["delete_after_reading"] = true;
  if (coding.waiting) {
    json["waiting"] = {{"kind", ToString(coding.waiting->kind)},
                       {"active", coding.waiting->active},
                       {"store", coding.waiting->store}};
  }
  if (coding.reserved) json["reserved"] = true;
  return json;
}

Json HeaderJson(const UserDataHeader& header) {
  Json list = Json::array();
  for (const auto& element : header) {
    Json json = {{"id", element.id}, {"data", ToHex(element.data)}};
    const auto name = ElementName(element.id);
    if (!name.empty()) json["name"] = name;
    list.push_back(std::move(json));
  }
  return list;
}

void AddContents(const UserData& data, Json& json) {
  const TextCoding coding = data.Coding();
  json["encoding"] = ToString(coding);
  if (coding.alphabet != Alphabet::kData) {
    json["text"] = data.Text();
    return;
  }
  json["data"] = ToHex(data.units);
  if (ReadDataCoding(data.data_coding).compressed) {
    json["note"] =
        "the text is compressed (3GPP TS 23.042), which can't be "
        "read here";
  }
}

void AddUserData(const UserData& data, Json& json) {
  json["dcs"] = SchemeJson(data.data_coding);
  AddContents(data, json);
  json["udh"] = HeaderJson(data.header);
  if (const auto place = data.Place()) {
    json["concatenation"] = {{"reference", place->reference},
                             {"part", place->number},
                             {"of", place->total},
                             {"bits", place->wide ? 16 : 8}};
  }
  if (const auto ports = FindPorts(data.header)) {
    json["ports"] = {{"destination", ports->destination},
                     {"source", ports->source},
                     {"bits", ports->wide ? 16 : 8}};
  }
}

// ---- PDUs ----

Json ToJson(const Submit& submit) {
  Json json = {{"type", "SMS-SUBMIT"},
               {"smsc", SmscJson(submit.smsc)},
               {"address", AddressJson(submit.recipient)},
               {"message_reference", submit.message_reference},
               {"pid", submit.protocol},
               {"validity", ValidityJson(submit.validity)},
               {"status_report", submit.status_report},
               {"reject_duplicates", submit.reject_duplicates},
               {"reply_path", submit.reply_path}};
  AddUserData(submit.data, json);
  return json;
}

Json ToJson(const Deliver& deliver) {
  Json json = {{"type", "SMS-DELIVER"},
               {"smsc", SmscJson(deliver.smsc)},
               {"address", AddressJson(deliver.sender)},
               {"pid", deliver.protocol},
               {"timestamp", TimeJson(deliver.sent_at)},
               {"more_messages", deliver.more_messages},
               {"loop_prevention", deliver.loop_prevention},
               {"status_report", deliver.reports_to_sender},
               {"reply_path", deliver.reply_path}};
  AddUserData(deliver.data, json);
  return json;
}

Json ToJson(const StatusReport& report) {
  Json json = {{"type", "SMS-STATUS-REPORT"},
               {"smsc", SmscJson(report.smsc)},
               {"address", AddressJson(report.recipient)},
               {"message_reference", report.message_reference},
               {"timestamp", TimeJson(report.sent_at)},
               {"discharge_time", TimeJson(report.discharged_at)},
               {"status",
                {{"value", report.status},
                 {"class", ToString(ReadDeliveryStatus(report.status))},
                 {"text", DescribeDeliveryStatus(report.status)},
                 {"final", IsFinal(ReadDeliveryStatus(report.status))}}},
               {"more_messages", report.more_messages},
               {"loop_prevention", report.loop_prevention},
               {"of_command", report.of_command}};
  if (report.protocol) json["pid"] = *report.protocol;
  if (report.data) AddUserData(*report.data, json);
  return json;
}

Result<EncodedPdu> Encode(const Submit& submit) { return EncodeSubmit(submit); }
Result<EncodedPdu> Encode(const Deliver& deliver) {
  return EncodeDeliver(deliver);
}
Result<EncodedPdu> Encode(const StatusReport& report) {
  return EncodeStatusReport(report);
}

// Some modems write more than there is.
template <typename Pdu>
Result<Json> JsonOf(const Result<Pdu>& pdu, const Octets& octets) {
  if (!pdu) return std::unexpected(pdu.error());
  Json json = ToJson(*pdu);
  const auto read = Encode(*pdu);
  if (read && read->octets.size() < octets.size()) {
    json["octets_behind_the_end"] = octets.size() - read->octets.size();
  }
  return json;
}

constexpr std::uint8_t kLongestSmsc = 11;
constexpr std::uint8_t kTypeBit = 0x80;

// A type means one thing to the phone and another from it. What modems give
// and take leaves little doubt: only SMS-SUBMIT has 1, whichever way it goes
// (drafts are read from a modem, too).
Result<Json> DecodeAs(const Octets& octets, PduDirection direction) {
  const auto type = MessageTypeOf(octets);
  // What is cut short is a submit, too: decoding says where it ends.
  const bool submit = !type || *type == kMtiSubmit;
  if (direction == PduDirection::kToModem || submit) {
    return JsonOf(DecodeSubmit(octets), octets);
  }
  if (*type == kMtiStatusReport)
    return JsonOf(DecodeStatusReport(octets), octets);
  return JsonOf(DecodeDeliver(octets), octets);
}

// With an SMSC in front that says "none".
Octets WithPrefix(const Octets& octets) {
  Octets whole(octets.size() + 1);
  std::ranges::copy(octets, whole.begin() + 1);
  return whole;
}

struct Decoded {
  Result<Json> json;
  bool has_prefix;
};

// Its length, and the type of its number, whose highest bit is always set
// (TS 23.040 § 9.1.2.5). One octet of length 0 is an SMSC, too: none.
bool MayStartWithSmsc(const Octets& octets) {
  if (octets[0] == 0) return true;
  return octets[0] <= kLongestSmsc && octets.size() > 1 &&
         (octets[1] & kTypeBit) != 0;
}

// With the length it is known whether there is a prefix. Without it, what may
// be one is, unless nothing can be read so.
Decoded Decode(const Octets& octets, const PduDecodeOptions& options) {
  if (options.length) {
    const bool bare =
        octets.size() == static_cast<std::size_t>(*options.length);
    return {DecodeAs(bare ? WithPrefix(octets) : octets, options.direction),
            !bare};
  }
  auto with = DecodeAs(octets, options.direction);
  const bool may = MayStartWithSmsc(octets);
  if (with && may) return {std::move(with), true};
  auto without = DecodeAs(WithPrefix(octets), options.direction);
  if (without) return {std::move(without), false};
  return {std::move(with), true};
}

std::unexpected<Failure> Unreadable(const std::string& why) {
  return Fail(ExitCode::kRefused, "unreadable_pdu",
              "the PDU can't be read: " + why);
}

// Whether the length that was said fits, with a prefix or without one.
bool Fits(const Octets& octets, int length) {
  const auto said = static_cast<std::size_t>(length);
  return octets.size() == said ||
         (!octets.empty() && octets.size() == said + octets[0] + 1);
}

}  // namespace

Outcome DecodePdu(const PduDecodeOptions& options) {
  const auto octets = OctetsIn(options.hex);
  if (!octets) return Unreadable(octets.error().message);
  if (octets->empty()) return Unreadable("there is nothing");
  if (options.length && !Fits(*octets, *options.length)) {
    return Unreadable(fmt::format(
        "it has {} octets, which is not --length {} with or without an SMSC in "
        "front",
        octets->size(), *options.length));
  }
  auto decoded = Decode(*octets, options);
  if (!decoded.json) return Unreadable(decoded.json.error().message);
  Report report{.json = std::move(*decoded.json)};
  report.text = JsonText(report.json);
  if (!decoded.has_prefix && !options.length) {
    report.note = "read without an SMSC in front: only so it makes sense";
  }
  return report;
}

}  // namespace smsweb::ctl
