// A text from anywhere, with what may be used to say it. Oracle: its parts fit,
// travel, and make the text again.
#include <utf8.h>

#include <string>
#include <string_view>

#include "common/pdu/submit.h"
#include "common/pdu/transliterate.h"
#include "oracle.h"

namespace smsweb::fuzz {
namespace {

// From the first three octets.
SegmentOptions OptionsFrom(const std::uint8_t* data) {
  SegmentOptions options;
  const unsigned languages = data[0] | data[1] << 8;
  for (const Language language : AllLanguages()) {
    if (languages >> static_cast<unsigned>(language) & 1) {
      options.languages.push_back(language);
    }
  }
  if (data[2] & 1) {
    options.alphabet = data[2] & 2 ? Alphabet::kGsm7 : Alphabet::kUcs2;
  }
  if (data[2] & 4) options.header.other_elements = 6;
  options.header.wide_reference = data[2] & 8;
  return options;
}

std::string Travelled(const SegmentedText& cut, const SegmentOptions& options,
                      std::size_t i) {
  HeaderOptions header;
  if (cut.parts.size() > 1) {
    header.place = Concatenation{1, 255, 1, options.header.wide_reference};
  }
  if (options.header.other_elements > 0) header.ports = Ports{1, 2};
  Submit submit;
  submit.recipient = NumberAddress("+1");
  submit.data = MakeUserData(cut.coding, cut.parts[i], header);
  const auto pdu = EncodeSubmit(submit);
  Require(pdu.has_value(), "a part fits into a PDU");
  const auto read = DecodeSubmit(pdu->octets);
  Require(read.has_value(), "the PDU can be read");
  Require(*read == submit, "the PDU reads as it was written");
  return read->data.Text();
}

void Check(std::string_view text, const SegmentOptions& options) {
  const bool valid = utf8::is_valid(text.begin(), text.end());
  const auto cut = SegmentText(text, options);
  if (!valid) return Require(!cut, "what is not UTF-8 is refused");
  if (!cut) return Require(options.alphabet.has_value(), "it can be said");
  std::string again;
  for (std::size_t i = 0; i < cut->parts.size(); ++i) {
    again += Travelled(*cut, options, i);
  }
  Require(again == text, "the parts make the text again");
  const auto same = SegmentTextAs(text, cut->coding, options.header);
  Require(same && same->parts.size() == cut->parts.size(),
          "the coding that was chosen can be chosen again");
}

}  // namespace
}  // namespace smsweb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace smsweb;
  using namespace smsweb::fuzz;
  if (size < 3) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 3,
                              size - 3);
  Check(text, OptionsFrom(data));
  const std::string plain = Transliterate(text);
  Require(utf8::is_valid(text.begin(), text.end()) ==
              utf8::is_valid(plain.begin(), plain.end()),
          "transliterating leaves UTF-8 as it is");
  return 0;
}
