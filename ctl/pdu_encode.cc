#include <fmt/format.h>

#include <string>
#include <utility>

#include "common/pdu/submit.h"
#include "common/pdu/transliterate.h"
#include "ctl/commands.h"

namespace smsweb::ctl {
namespace {

constexpr std::size_t kMostParts = 255;
constexpr std::size_t kPortsElement = 6;
constexpr std::size_t kMostDigits = 20;
constexpr int kWidestNarrowReference = 255;

struct Part {
  std::size_t length;  // what AT+CMGS says
  std::string hex;
};

std::unexpected<Failure> Refuse(std::string code, const std::string& why) {
  return Fail(ExitCode::kRefused, std::move(code), why);
}

// What only digits may be in; empty: nothing to say.
std::optional<std::string> WrongIn(std::string_view number) {
  if (number.starts_with('+')) number.remove_prefix(1);
  if (number.empty() || number.size() > kMostDigits) {
    return fmt::format("a number has 1 to {} digits", kMostDigits);
  }
  const auto at = number.find_first_not_of("0123456789*#");
  if (at == number.npos) return std::nullopt;
  return "a number is digits alone, with \"+\" in front where it is "
         "international";
}

std::optional<Failure> CheckNumbers(const PduEncodeOptions& options) {
  if (const auto wrong = WrongIn(options.to)) {
    return Refuse("invalid_recipient", "--to: " + *wrong).error();
  }
  if (options.smsc.empty()) return std::nullopt;
  if (const auto wrong = WrongIn(options.smsc)) {
    return Refuse("invalid_smsc", "--smsc: " + *wrong).error();
  }
  return std::nullopt;
}

Submit CommonTo(const PduEncodeOptions& options) {
  Submit submit;
  if (!options.smsc.empty()) submit.smsc = NumberAddress(options.smsc);
  submit.recipient = NumberAddress(options.to);
  if (options.validity) {
    submit.validity = Validity::Relative(*options.validity);
  }
  submit.status_report = options.report;
  return submit;
}

HeaderOptions HeaderOf(const PduEncodeOptions& options, std::size_t number,
                       std::size_t total) {
  HeaderOptions header;
  if (total > 1) {
    header.place = Concatenation{static_cast<std::uint16_t>(options.reference),
                                 static_cast<std::uint8_t>(total),
                                 static_cast<std::uint8_t>(number)};
  }
  if (options.port) {
    const auto port = static_cast<std::uint16_t>(*options.port);
    header.ports = Ports{port, port};
  }
  return header;
}

Result<std::vector<Part>> Encode(SegmentedText text,
                                 const PduEncodeOptions& options) {
  Submit submit = CommonTo(options);
  const std::size_t total = text.parts.size();
  std::vector<Part> parts;
  for (std::size_t i = 0; i < total; ++i) {
    submit.data =
        MakeUserData(text.coding, std::move(text.parts[i]),
                     HeaderOf(options, i + 1, total), options.message_class);
    const auto pdu = EncodeSubmit(submit);
    if (!pdu) return std::unexpected(pdu.error());
    parts.push_back({pdu->tpdu_length, ToHex(pdu->octets)});
  }
  return parts;
}

Json PartsJson(const std::vector<Part>& parts) {
  Json list = Json::array();
  for (const Part& part : parts) {
    list.push_back({{"length", part.length}, {"pdu", part.hex}});
  }
  return list;
}

std::string Lines(const std::vector<Part>& parts) {
  std::string text;
  for (const Part& part : parts) {
    text += fmt::format("AT+CMGS={}\n{}\n", part.length, part.hex);
  }
  return text;
}

}  // namespace

Outcome EncodePdu(PduEncodeOptions options) {
  if (const auto wrong = CheckNumbers(options)) return std::unexpected(*wrong);
  const PartHeader header{
      .other_elements = options.port ? kPortsElement : 0,
      .wide_reference = options.reference > kWidestNarrowReference};
  const SegmentOptions segmenting{.languages = options.languages,
                                  .alphabet = options.alphabet,
                                  .header = header};
  auto text = options.transliterate
                  ? SegmentTransliterated(options.text, segmenting)
                  : SegmentText(options.text, segmenting);
  if (!text) return Refuse("invalid_text", text.error().message);
  if (text->parts.size() > kMostParts) {
    return Refuse(
        "too_many_parts",
        fmt::format("the text takes {} parts, and a message has {} at "
                    "most",
                    text->parts.size(), kMostParts));
  }
  const std::string coding = ToString(text->coding);
  const std::string reason = text->reason;
  const auto parts = Encode(std::move(*text), options);
  if (!parts) return Refuse("invalid_pdu", parts.error().message);
  return Report{.text = Lines(*parts),
                .json = {{"encoding", coding},
                         {"reason", reason},
                         {"parts", PartsJson(*parts)}},
                .note = coding + ": " + reason};
}

}  // namespace smsweb::ctl
