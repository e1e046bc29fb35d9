// smsweb pdu decode and encode: what they print, and what they refuse.
#include <string>

#include "catch.h"
#include "ctl/commands.h"

namespace smsweb::ctl {
namespace {

Json Decoded(const std::string& hex, PduDecodeOptions options = {}) {
  options.hex = hex;
  const auto outcome = DecodePdu(options);
  CAPTURE(hex, outcome ? "" : outcome.error().message);
  REQUIRE(outcome);
  return outcome->json;
}

std::string WhyNotDecoded(const std::string& hex,
                          PduDecodeOptions options = {}) {
  options.hex = hex;
  const auto outcome = DecodePdu(options);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == "unreadable_pdu");
  CHECK(outcome.error().exit == ExitCode::kRefused);
  return outcome.error().message.substr(
      std::string("the PDU can't be read: ").size());
}

const std::string kSubmit = "0001000B912143658709F0000005E8329BFD06";
const std::string kDeliver =
    "0791947101670351040481214300002130109140238004F4F29C0E";
const std::string kReport =
    "0006D60B911326880736F4111011719551401110117195714000";

TEST_CASE("Each type of PDU is read") {
  const auto submit = Decoded(kSubmit);
  CHECK(submit["type"] == "SMS-SUBMIT");
  CHECK(submit["smsc"].is_null());
  CHECK(submit["address"]["number"] == "+12345678900");
  CHECK(submit["address"]["type"] == "international");
  CHECK(submit["text"] == "hello");

  const auto deliver = Decoded(kDeliver);
  CHECK(deliver["type"] == "SMS-DELIVER");
  CHECK(deliver["smsc"]["number"] == "+491710763015");
  CHECK(deliver["address"]["number"] == "1234");
  CHECK(deliver["timestamp"] == "2012-03-01T19:04:32+02:00");
  CHECK(deliver["text"] == "test");

  const auto report = Decoded(kReport);
  CHECK(report["type"] == "SMS-STATUS-REPORT");
  CHECK(report["message_reference"] == 214);
  CHECK(report["status"]["text"] == "delivered");
}

TEST_CASE("A PDU is read without an SMSC in front") {
  CHECK(Decoded(kSubmit.substr(2)) == Decoded(kSubmit));
  const auto bare = Decoded(kDeliver.substr(16));
  CHECK(bare["smsc"].is_null());
  CHECK(bare["text"] == "test");
  CHECK(Decoded(kReport.substr(2)) == Decoded(kReport));
}

TEST_CASE("The length settles whether there is an SMSC in front") {
  CHECK(Decoded(kSubmit, {.length = 18}) == Decoded(kSubmit));
  CHECK(Decoded(kSubmit.substr(2), {.length = 18}) == Decoded(kSubmit));
  CHECK(WhyNotDecoded(kSubmit, {.length = 20}) ==
        "it has 19 octets, which is not --length 20 with or without an SMSC in "
        "front");
}

TEST_CASE("Spaces and line breaks are skipped") {
  CHECK(Decoded("00 01 000B91 2143658709F0\r\n 0000 05 E8329BFD06\n") ==
        Decoded(kSubmit));
}

TEST_CASE("Octets behind the end are counted") {
  CHECK_FALSE(Decoded(kDeliver).contains("octets_behind_the_end"));
  CHECK(Decoded(kDeliver + "FFFF")["octets_behind_the_end"] == 2);
}

TEST_CASE("What can't be read is said with the place") {
  CHECK(WhyNotDecoded("") == "there is nothing");
  CHECK(WhyNotDecoded(" \n") == "there is nothing");
  CHECK(WhyNotDecoded("0001 0XFF") == "character 7 is no hexadecimal digit");
  CHECK(WhyNotDecoded("00010") ==
        "it has 5 hexadecimal digits, an odd number: one is missing or too "
        "many");
  CHECK(WhyNotDecoded("00") == "octet 1: the TPDU is cut short");
  CHECK(WhyNotDecoded(kSubmit.substr(0, 36)) ==
        "octet 14: the text is cut short");
  CHECK(WhyNotDecoded(kReport, {.direction = PduDirection::kToModem}) ==
        "octet 1: not an SMS-SUBMIT");
}

Report Encoded(PduEncodeOptions options) {
  const auto outcome = EncodePdu(std::move(options));
  CAPTURE(outcome ? "" : outcome.error().message);
  REQUIRE(outcome);
  return *outcome;
}

TEST_CASE("A text is printed as AT+CMGS wants it, and decodes again") {
  const auto report = Encoded({.to = "+12345678900", .text = "hello"});
  CHECK(report.text == "AT+CMGS=18\n" + kSubmit + "\n");
  CHECK(report.note == "gsm7: every character is in the default alphabet");
  CHECK(Decoded(report.json["parts"][0]["pdu"])["text"] == "hello");
}

TEST_CASE("Long texts are parts with one reference, wide where it is high") {
  const std::string text(200, 'x');
  for (const auto& [reference, bits] : {std::pair{255, 8}, {256, 16}}) {
    const auto report =
        Encoded({.to = "8888", .text = text, .reference = reference});
    std::string joined;
    for (const auto& part : report.json["parts"]) {
      const auto json = Decoded(part["pdu"]);
      CHECK(json["concatenation"]["reference"] == reference);
      CHECK(json["concatenation"]["bits"] == bits);
      CHECK(json["concatenation"]["of"] == 2);
      joined += json["text"];
    }
    CHECK(joined == text);
  }
}

TEST_CASE("What can be asked of a PDU is in it") {
  const auto report = Encoded({.to = "8888",
                               .text = "ş",
                               .smsc = "+491710760000",
                               .message_class = 0,
                               .report = true,
                               .validity = std::chrono::hours(1),
                               .languages = {Language::kTurkish},
                               .port = 16000});
  const auto json = Decoded(report.json["parts"][0]["pdu"]);
  CHECK(json["smsc"]["number"] == "+491710760000");
  CHECK(json["dcs"]["class"] == 0);
  CHECK(json["status_report"] == true);
  CHECK(json["validity"]["seconds"] == 3600);
  CHECK(json["encoding"] == "gsm7 single=turkish");
  CHECK(json["ports"]["destination"] == 16000);
  CHECK(json["udh"][1]["name"] == "national language single shift");
}

TEST_CASE("Typography is made plain only where that is asked for") {
  PduEncodeOptions options{.to = "8888", .text = "“hi” — x"};
  CHECK(Encoded(options).json["encoding"] == "ucs2");
  options.transliterate = true;
  CHECK(Encoded(options).json["encoding"] == "gsm7");
  const std::string plain = Encoded(options).text;
  options.text = "\"hi\" - x";
  CHECK(Encoded(options).text == plain);
}

TEST_CASE("Typography stays where something else wants UCS-2 anyway") {
  PduEncodeOptions options{.to = "8888", .text = "“hi” 👋"};
  const std::string as_it_is = Encoded(options).text;
  options.transliterate = true;
  CHECK(Encoded(options).text == as_it_is);
}

TEST_CASE("Numbers and texts that can't be are refused by name") {
  struct Row {
    PduEncodeOptions options;
    const char* code;
    const char* message;
  };
  const Row rows[] = {
      {{.to = "0896abc", .text = "x"},
       "invalid_recipient",
       "--to: a number is digits alone, with \"+\" in front where it is "
       "international"},
      {{.to = "", .text = "x"},
       "invalid_recipient",
       "--to: a number has 1 to 20 digits"},
      {{.to = "+", .text = "x"},
       "invalid_recipient",
       "--to: a number has 1 to 20 digits"},
      {{.to = "8888", .text = "x", .smsc = "Bank"},
       "invalid_smsc",
       "--smsc: a number is digits alone, with \"+\" in front where it is "
       "international"},
      {{.to = "8888", .text = "a\xFF"},
       "invalid_text",
       "the text is not UTF-8 at byte 1"},
      {{.to = "8888", .text = "ğ", .alphabet = Alphabet::kGsm7},
       "invalid_text",
       "U+011F is not in gsm7"},
      {{.to = "8888", .text = std::string(256 * 153, 'x')},
       "too_many_parts",
       "the text takes 256 parts, and a message has 255 at most"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.message);
    const auto outcome = EncodePdu(row.options);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == row.code);
    CHECK(outcome.error().message == row.message);
    CHECK(outcome.error().exit == ExitCode::kRefused);
  }
}

}  // namespace
}  // namespace smsweb::ctl
