#include "ctl/pdu_options.h"

#include <CLI/CLI.hpp>

namespace smsweb::ctl {
namespace {

constexpr const char* kDecodeFooter =
    R"(HEX is a PDU as modems write and take it, an SMSC in front; - is standard
input, and spaces and line breaks among the digits are skipped. What can't have
an SMSC in front is read without one. The length that AT+CMGS, +CMGR or +CMT
said (--length) settles that.

Which PDU it is, is told by its type: 1 is an SMS-SUBMIT (drafts are read from a
modem, too), 2 an SMS-STATUS-REPORT, any other an SMS-DELIVER. With --to-modem,
nothing but an SMS-SUBMIT is read.

Where a PDU can't be read, that is said with the octet, counted from 0: "octet
14: the text is cut short". Texts and numbers are shown as they are.

Examples:
  smsweb pdu decode 0001000B912143658709F0000005E8329BFD06
  smsweb pdu decode --length 18 0001000B912143658709F0000005E8329BFD06
  smsweb pdu decode - <pdu.txt | jq -r .text)";

constexpr const char* kEncodeFooter =
    R"(Each part is printed as AT+CMGS wants it, its length on a line of its own, and on
standard error why the text is encoded so: the coding with the fewest parts of
the GSM default alphabet, the tables of --language, and UCS-2.

A TEXT of - is read from standard input, for arguments can be seen in the list
of processes. The number is taken as it is: digits, with "+" where it is
international. A reference above 255 takes 16 bits.

Examples:
  printf 'Your code is %s' "$CODE" |
    smsweb pdu encode --to +6289610707901 --text -
  smsweb pdu encode --to +905321234567 --text 'Şifre: 1234' --language turkish
  smsweb pdu encode --to +6289610707901 --text 'Fire!' --class 0 --report
  smsweb pdu encode --to 8888 --text Hello --json | jq -r '.parts[].pdu')";

constexpr int kShortestValidity = 1;
constexpr int kLongestValidity = 63 * 7 * 24 * 3600;

std::vector<std::string> LanguageNames() {
  std::vector<std::string> names;
  for (const Language language : AllLanguages()) {
    names.emplace_back(ToString(language));
  }
  return names;
}

}  // namespace

PduCommands::PduCommands(CLI::App& app) {
  group_ = app.add_subcommand("pdu", "PDUs by hand");
  group_->require_subcommand(0, 1);
  AddDecode();
  AddEncode();
}

void PduCommands::AddDecode() {
  decode_ = group_->add_subcommand("decode", "say what a PDU says, as JSON");
  decode_->footer(kDecodeFooter);
  decode_->add_option("HEX", hex_, "the PDU")->type_name("")->required();
  auto* from = decode_->add_flag("--from-modem", from_modem_,
                                 "as a modem writes it; assumed");
  decode_->add_flag("--to-modem", to_modem_, "as a modem is given it: AT+CMGS")
      ->excludes(from);
  decode_
      ->add_option("--length", decode_options_.length,
                   "its octets without the SMSC, as the AT line says")
      ->option_text("N")
      ->check(CLI::Range(1, 255));
}

void PduCommands::AddEncode() {
  encode_ = group_->add_subcommand("encode", "make the PDUs of a text");
  encode_->footer(kEncodeFooter);
  auto& options = encode_options_;
  encode_->add_option("--to", options.to, "the number to send to; required")
      ->option_text("NUMBER")
      ->required();
  encode_
      ->add_option("--text", options.text,
                   "the text, in UTF-8; -: from standard input; required")
      ->option_text("TEXT")
      ->required();
  encode_->add_option("--smsc", options.smsc, "without it: the SIM's own")
      ->option_text("NUMBER");
  encode_
      ->add_option("--class", options.message_class,
                   "message class; 0 is shown at once (flash)")
      ->option_text("0-3")
      ->check(CLI::Range(0, 3));
  encode_->add_flag("--report", options.report, "ask for a delivery report");
  encode_
      ->add_option("--validity", validity_,
                   "how long the network may try; rounded down to what a PDU "
                   "can say")
      ->option_text("SECONDS")
      ->check(CLI::Range(kShortestValidity, kLongestValidity));
  encode_
      ->add_option("--language", languages_,
                   "whose shift tables may be used; may come more than once")
      ->option_text("LANGUAGE")
      ->check(CLI::IsMember(LanguageNames()));
  encode_->add_option("--alphabet", alphabet_, "no other than this")
      ->option_text("gsm7|ucs2")
      ->check(CLI::IsMember({"gsm7", "ucs2"}));
  encode_->add_option("--port", options.port, "the application's port")
      ->option_text("N")
      ->check(CLI::Range(0, 65535));
  encode_
      ->add_option("--reference", options.reference,
                   "that the parts have in common, up to 65535; 0 "
                   "without it")
      ->option_text("N")
      ->check(CLI::Range(0, 65535));
  encode_->add_flag("--transliterate", options.transliterate,
                    "curly quotes, long dashes and the like in plain forms");
}

std::optional<PduDecodeOptions> PduCommands::Decode() const {
  if (!decode_->parsed()) return std::nullopt;
  PduDecodeOptions options = decode_options_;
  for (const auto& word : hex_) options.hex += word;
  if (from_modem_) options.direction = PduDirection::kFromModem;
  if (to_modem_) options.direction = PduDirection::kToModem;
  return options;
}

std::optional<PduEncodeOptions> PduCommands::Encode() const {
  if (!encode_->parsed()) return std::nullopt;
  PduEncodeOptions options = encode_options_;
  if (validity_) options.validity = std::chrono::seconds(*validity_);
  for (const auto& name : languages_) {
    options.languages.push_back(*ParseLanguage(name));
  }
  if (alphabet_ == "gsm7") options.alphabet = Alphabet::kGsm7;
  if (alphabet_ == "ucs2") options.alphabet = Alphabet::kUcs2;
  return options;
}

}  // namespace smsweb::ctl
