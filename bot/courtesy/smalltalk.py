"""Texts that greet or thank rather than ask; only a whole message counts, so that no question is taken for one."""

from __future__ import annotations

from enum import StrEnum

from knowledge.text import search_text


class Talk(StrEnum):
    HELLO = "hello"
    THANKS = "thanks"
    #: Typed where a button was to be pressed.
    AGREED = "agreed"


_HELLO = frozenset(
    """
    你好 您好 你好呀 你好啊 你们好 大家好 嗨 哈喽 哈啰 早 早上好 早安 上午好 中午好 下午好 晚上好 晚安 在吗 在么 在不在
    有人吗 你是谁 您是谁 你能做什么 你会什么 怎么用 怎么使用 如何使用 帮助 测试
    hi hello hey hithere hellothere goodmorning goodafternoon goodevening help test start whoareyou whatcanyoudo
    """.split()
)
_THANKS = frozenset(
    """
    谢谢 谢谢你 谢谢您 多谢 感谢 非常感谢 辛苦了 好 好的 好吧 行 可以 嗯 嗯嗯 哦 收到 明白 明白了 知道了 了解 懂了
    再见 拜拜
    thanks thankyou thankyouverymuch thanksalot thx ty ok okay okthanks gotit great good fine bye goodbye cool nice
    """.split()
)
_AGREED = frozenset(
    """
    同意 我同意 已同意 同意了 我同意了 同意并回答我的问题 是 是的 我愿意 没问题
    agree agreed iagree iagreeanswermyquestion yes yesiagree
    """.split()
)
_LONGEST = 40


def small_talk(text: str) -> Talk | None:
    if len(text) > _LONGEST:
        return None
    said = "".join(character for character in search_text(text) if character.isalnum())
    if said in _HELLO:
        return Talk.HELLO
    if said in _AGREED:
        return Talk.AGREED
    return Talk.THANKS if said in _THANKS else None
