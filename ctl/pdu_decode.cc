#include <algorithm>
#include <cctype>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/pdu/data_coding.h"
#include "common/pdu/deliver.h"
#include "common/pdu/status_report.h"
#include "common/pdu/submit.h"
#include "ctl/commands.h"

namespace smsweb::ctl {
namespace {

using Octets = std::vector<std::uint8_t>;

// As it is copied from a log: spaces and line breaks may be among the digits.
std::string WithoutSpaces(const std::string& text) {
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits),
                       [](unsigned char c) { return !std::isspace(c); });
  return digits;
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
    list.push_back({{"id", element.id}, {"data", ToHex(element.data)}});
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
                 {"text", Describe(report.status)},
                 {"final", IsFinal(report.status)}}},
               {"more_messages", report.more_messages}};
  if (report.protocol) json["pid"] = *report.protocol;
  if (report.data) AddUserData(*report.data, json);
  return json;
}

template <typename Pdu>
Result<Json> JsonOf(const Result<Pdu>& pdu) {
  if (!pdu) return std::unexpected(pdu.error());
  return ToJson(*pdu);
}

constexpr std::uint8_t kTypeMask = 0x03;
constexpr std::uint8_t kSubmitType = 0x01;
constexpr std::uint8_t kReportType = 0x02;

// A type means one thing to the phone and another from it. What modems give
// and take leaves little doubt: only SMS-SUBMIT has 1, whichever way it goes
// (drafts are read from a modem, too).
Result<Json> DecodeAs(const Octets& octets, PduDirection direction) {
  if (octets.empty() || octets.size() <= octets[0] + 1u) {
    return JsonOf(DecodeSubmit(octets));  // which says where it ends
  }
  const unsigned type = octets[octets[0] + 1u] & kTypeMask;
  const bool submit = type == kSubmitType;
  if (direction == PduDirection::kToModem || submit) {
    return JsonOf(DecodeSubmit(octets));
  }
  if (type == kReportType) return JsonOf(DecodeStatusReport(octets));
  return JsonOf(DecodeDeliver(octets));
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

// With the length it is known whether there is a prefix. Without it, one is
// taken to be there, unless nothing can be read so.
Decoded Decode(const Octets& octets, const PduDecodeOptions& options) {
  if (options.length) {
    const bool bare =
        octets.size() == static_cast<std::size_t>(*options.length);
    return {DecodeAs(bare ? WithPrefix(octets) : octets, options.direction),
            !bare};
  }
  auto with = DecodeAs(octets, options.direction);
  if (with) return {std::move(with), true};
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
  const auto octets = FromHex(WithoutSpaces(options.hex));
  if (!octets) return Unreadable(octets.error().message);
  if (octets->empty()) return Unreadable("there is nothing");
  if (options.length && !Fits(*octets, *options.length)) {
    return Unreadable("it has " + std::to_string(octets->size()) +
                      " octets, which is not --length with or without an SMSC "
                      "in front");
  }
  auto decoded = Decode(*octets, options);
  if (!decoded.json) return Unreadable(decoded.json.error().message);
  Report report{.json = std::move(*decoded.json)};
  report.text =
      report.json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  if (!decoded.has_prefix && !options.length) {
    report.note = "it makes sense without an SMSC in front only";
  }
  return report;
}

}  // namespace smsweb::ctl
