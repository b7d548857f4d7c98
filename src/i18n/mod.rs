//! The words of the screen in English and 简体中文, through Fluent.
