#include "sim/text_mode.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "common/pdu/deliver.h"
#include "common/pdu/gsm7.h"
#include "common/pdu/status_report.h"
#include "common/pdu/submit.h"
#include "common/pdu/ucs2.h"
#include "sim/commands.h"

namespace smsweb::sim {
namespace {

constexpr auto kStatusWords = std::to_array<std::string_view>(
    {"REC UNREAD", "REC READ", "STO UNSENT", "STO SENT"});

// TP-MTI of what a modem receives (TS 23.040 § 9.2.3.1).
constexpr int kTypeMask = 0x03;
constexpr int kStatusReport = 0x02;

int FirstOctet(std::span<const std::uint8_t> octets) {
  const std::size_t at = octets.empty() ? 0 : octets.front() + 1u;
  return at < octets.size() ? octets[at] : 0;
}

std::string Quoted(const ModemState& state, const Address& number) {
  return fmt::format("\"{}\"", ToCharset(state, smsweb::ToString(number)));
}

// "yy/MM/dd,hh:mm:ss+zz", zone in quarters of an hour (§ 3.1, <scts>).
std::string Quoted(const Timestamp& time) {
  const auto two = [&](std::size_t i) {
    return fmt::format("{:X}{:X}", time.octets[i] & 0x0F, time.octets[i] >> 4);
  };
  constexpr std::uint8_t kMinus = 0x08;
  const std::uint8_t zone = time.octets[6];
  return fmt::format("\"{}/{}/{},{}:{}:{}{}{:X}{:X}\"", two(0), two(1), two(2),
                     two(3), two(4), two(5), (zone & kMinus) != 0 ? '-' : '+',
                     zone & 0x07, zone >> 4);
}

// What +CSCS has no character for is a '?'.
std::string ToIra(std::string_view text) {
  std::string ira;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x80) ira += c;
    if (octet >= 0xC0) ira += '?';
  }
  return ira;
}

std::string Text(const ModemState& state, const UserData& data) {
  const bool plain = data.Coding().alphabet == Alphabet::kGsm7;
  if (!plain || !data.header.empty()) {
    std::vector<std::uint8_t> octets;
    if (!AppendUserData(data, octets) || octets.empty()) return {};
    return ToHex(std::span(octets).subspan(1));  // without TP-UDL
  }
  if (state.charset == "UCS2") return ToHex(Utf8ToUcs2(data.Text()));
  if (state.charset == "IRA") return ToIra(data.Text());
  return {data.units.begin(), data.units.end()};
}

std::string Smsc(const ModemState& state, const std::optional<Address>& smsc) {
  const Address number = smsc.value_or(NumberAddress(state.smsc));
  return fmt::format("{},{}", Quoted(state, number), number.type);
}

// What AT+CSDH=1 adds: § 3.4.2 for +CMGL, § 3.4.3 for the others. `validity`:
// the place of <vp>, which messages that go out have.
std::string More(const ModemState& state, const Address& number,
                 const std::optional<Address>& smsc, int first_octet,
                 int protocol, std::string_view validity, const UserData& data,
                 ShownBy by) {
  if (state.Setting("+CSDH") == 0) return {};
  const std::size_t length = data.units.size();
  if (by == ShownBy::kList) return fmt::format(",{},{}", number.type, length);
  return fmt::format(",{},{},{},{}{},{},{}", number.type, first_octet, protocol,
                     data.data_coding, validity, Smsc(state, smsc), length);
}

std::string ShowDeliver(const ModemState& state,
                        std::span<const std::uint8_t> octets, ShownBy by) {
  const auto deliver = DecodeDeliver(octets);
  if (!deliver) return {};
  return fmt::format(
      "{},,{}{}\r\n{}", Quoted(state, deliver->sender),
      Quoted(deliver->sent_at),
      More(state, deliver->sender, deliver->smsc, FirstOctet(octets),
           deliver->protocol, "", deliver->data, by),
      Text(state, deliver->data));
}

// <scts> has a place in +CMGL alone, and is empty there.
std::string ShowSubmit(const ModemState& state,
                       std::span<const std::uint8_t> octets, ShownBy by) {
  const auto submit = DecodeSubmit(octets);
  if (!submit) return {};
  return fmt::format(
      "{},{}{}\r\n{}", Quoted(state, submit->recipient),
      by == ShownBy::kList ? "," : "",
      More(state, submit->recipient, submit->smsc, FirstOctet(octets),
           submit->protocol, ",", submit->data, by),
      Text(state, submit->data));
}

// <fo>,<mr>,<ra>,<tora>,<scts>,<dt>,<st>
std::string ShowReport(const ModemState& state,
                       std::span<const std::uint8_t> octets) {
  const auto report = DecodeStatusReport(octets);
  if (!report) return {};
  return fmt::format(
      "{},{},{},{},{},{},{}", FirstOctet(octets), report->message_reference,
      Quoted(state, report->recipient), report->recipient.type,
      Quoted(report->sent_at), Quoted(report->discharged_at), report->status);
}

}  // namespace

std::string_view ToString(StoredMessage::Status status) {
  return kStatusWords[static_cast<std::size_t>(status)];
}

std::string InTextMode(const ModemState& state,
                       std::span<const std::uint8_t> octets, bool submitted,
                       ShownBy by) {
  if (submitted) return ShowSubmit(state, octets, by);
  const bool report = (FirstOctet(octets) & kTypeMask) == kStatusReport;
  return report ? ShowReport(state, octets) : ShowDeliver(state, octets, by);
}

}  // namespace smsweb::sim
