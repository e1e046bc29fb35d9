#include "common/pdu/text_coding.h"

#include <cstddef>

namespace smsweb {
namespace {

// The word up to the next space, which is taken off `text`.
std::string_view TakeWord(std::string_view& text) {
  const std::size_t end = text.find(' ');
  const auto word = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return word;
}

// False where `word` is not of this key.
bool TakeLanguage(std::string_view word, std::string_view key,
                  Language& language) {
  if (!word.starts_with(key)) return false;
  const auto named = ParseLanguage(word.substr(key.size()));
  if (named) language = *named;
  return true;
}

}  // namespace

std::string_view ToString(Alphabet alphabet) {
  switch (alphabet) {
    case Alphabet::kGsm7:
      return "gsm7";
    case Alphabet::kUcs2:
      return "ucs2";
    case Alphabet::kData:
      break;
  }
  return "8bit";
}

std::string ToString(const TextCoding& coding) {
  std::string text(ToString(coding.alphabet));
  if (coding.alphabet != Alphabet::kGsm7) return text;
  if (coding.locking != Language::kDefault) {
    text.append(" locking=").append(ToString(coding.locking));
  }
  if (coding.single != Language::kDefault) {
    text.append(" single=").append(ToString(coding.single));
  }
  return text;
}

// Whatever is not written as ToString() writes it is refused.
std::optional<TextCoding> ParseTextCoding(std::string_view text) {
  if (text == "ucs2") return TextCoding{Alphabet::kUcs2};
  TextCoding coding;
  std::string_view rest = text;
  for (TakeWord(rest); !rest.empty();) {
    const auto word = TakeWord(rest);
    if (!TakeLanguage(word, "locking=", coding.locking)) {
      TakeLanguage(word, "single=", coding.single);
    }
  }
  if (coding.locking == Language::kSpanish) return std::nullopt;
  if (ToString(coding) != text) return std::nullopt;
  return coding;
}

}  // namespace smsweb
